// The page as Markdown, made from what the reader sees, so that it has their
// own values in it and needs no network (connect-src 'none').

const inline = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\s+/g, " ");
  if (node.nodeType !== Node.ELEMENT_NODE || hidden(node)) return "";
  const text = [...node.childNodes].map(inline).join("");
  if (!text.trim() && node.localName !== "img") return text;
  switch (node.localName) {
    case "strong": case "b": return `**${text.trim()}**${/\s$/.test(text) ? " " : ""}`;
    case "small": return ` (${text.trim()})`;
    case "em": case "i": return `*${text}*`;
    case "del": return `~~${text}~~`;
    case "code": return "`" + text + "`";
    case "a": return node.hash && node.pathname === location.pathname ? text : `[${text.trim()}](${node.href})`;
    case "img": return `![${node.alt}](${node.src})`;
    case "br": return "\n";
  }
  return text;
};

const hidden = (node) => node.matches("button, input, script, form, [hidden]:not(.tab), .vh, .js, .nojs, [role=status] .waiting");
const cell = (c) => inline(c).trim().replaceAll("|", "\\|");

function table(t) {
  const rows = [...t.rows].map((r) => [...r.cells].map(cell));
  if (!t.tHead) rows.unshift(rows[0].map(() => ""));
  rows.splice(1, 0, rows[0].map(() => "---"));
  const text = rows.map((r) => `| ${r.join(" | ")} |`).join("\n");
  return t.caption ? `**${cell(t.caption)}**\n\n${text}` : text;
}

function list(l) {
  return [...l.children].map((li, i) => {
    const mark = l.localName === "ol" ? `${i + 1}. ` : "- ";
    return mark + flow(li).replaceAll("\n", `\n${" ".repeat(mark.length)}`);
  }).join("\n");
}

// code gives a block of code with its language and its title.
function code(pre) {
  const lang = pre.querySelector("[class^=language-]")?.className.slice(9) ?? "";
  const title = pre.parentElement.querySelector(":scope > figcaption")?.textContent;
  const fence = "`".repeat(Math.max(3, ...[...pre.textContent.matchAll(/`+/g)].map((m) => m[0].length + 1)));
  return `${fence}${lang}${title ? ` title="${title.replace(/["\\]/g, "\\$&")}"` : ""}\n${pre.textContent.replace(/\n$/, "")}\n${fence}`;
}

// flow gives the blocks in a node, with loose text between them as paragraphs.
function flow(parent) {
  const out = [];
  let line = "";
  const end = () => { if (line.trim()) out.push(line.trim()); line = ""; };
  for (const node of parent.childNodes) {
    const b = node.nodeType === Node.ELEMENT_NODE ? block(node) : undefined;
    if (b === undefined) line += inline(node);
    else { end(); if (b) out.push(b); }
  }
  end();
  return out.join(parent.localName === "li" && !parent.querySelector("p") ? "\n" : "\n\n");
}

// block gives a block as Markdown, "" for what does not belong in it, and
// undefined for what stands in a line.
function block(node) {
  if (hidden(node)) return "";
  const alert = node.className.match?.(/\balert-(\w+)/);
  if (alert) {
    const rest = [...node.children].filter((c) => !c.matches(".alert-title")).map((c) => block(c) ?? inline(c)).join("\n\n");
    return `[!${alert[1].toUpperCase()}]\n${rest}`.replace(/^/gm, "> ").replace(/ +$/gm, "");
  }
  if (node.matches(".summary")) return inline(node).trim();
  if (node.matches(".tab-name")) return `**${inline(node).trim()}**`;
  switch (node.localName) {
    case "h1": case "h2": case "h3": case "h4": return "#".repeat(node.localName[1]) + " " + inline(node).trim();
    case "p": case "legend": case "label": return inline(node).trim();
    case "ul": case "ol": return list(node);
    case "table": return table(node);
    case "pre": return code(node);
    case "figure": return node.matches(".code") ? code(node.querySelector("pre")) : flow(node);
    case "hr": return "---";
    case "dt": return `**${inline(node).trim()}**`;
    case "summary": return `**${inline(node).trim()}**`;
    case "blockquote": return flow(node).replace(/^/gm, "> ").replace(/ +$/gm, "");
    case "div": case "section": case "details": case "fieldset": case "dl": case "dd": return flow(node);
  }
  return undefined;
}

export function markdown() {
  const h1 = document.querySelector("h1");
  return `# ${h1.textContent.trim()}\n\n${[...document.querySelectorAll(".lead, .content")].map(flow).join("\n\n")}\n\n<${location.href.split("#")[0]}>\n`;
}
