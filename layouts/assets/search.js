// The search field: an ARIA combobox with a list of results that comes while
// the reader types. On the search page the list stands in the page, and what
// was asked is in its address.
import { open, fold, distance } from "./search-index.js";
import { finder, looksLikeMessage } from "./messages.js";

const make = (tag, props, ...children) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props ?? {})) {
    if (v === undefined || v === "") continue;
    if (k in e && k !== "lang") e[k] = v;
    else e.setAttribute(k, v);
  }
  e.append(...children);
  return e;
};

// marked gives a text with the words that were asked for in <mark>.
function marked(text, ideas, stem) {
  const keys = new Set(ideas.flatMap(({ s, ways }) => [s, ...ways.flatMap(([k]) => k)]));
  const begins = ideas.map(({ w }) => w).filter((w) => w.length > 2);
  return text.split(/([\p{L}\p{N}\p{M}.@_’'-]+)/u).map((part, i) => {
    if (i % 2 === 0) return part;
    const words = fold(part).replace(/[.-]+$/, "").split("-");
    const hit = [...words, words.join("")].some((w) => keys.has(stem(w)) || begins.some((b) => w.includes(b)));
    return hit ? make("mark", {}, part) : part;
  });
}

export async function run(form, say, typed) {
  const field = form.elements.q;
  const page = document.body.classList.contains("is-search");
  document.head.append(make("link", { rel: "stylesheet", href: form.dataset.sheet }));
  const list = make("div", { role: "listbox", id: "found", "aria-label": form.querySelector("label").textContent });
  const above = make("div", { className: "answers" });
  const below = make("div", { className: "nothing" });
  const box = make("div", { className: "results", hidden: true }, above, list, below);
  form.append(box);
  for (const [k, v] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "found"], ["aria-expanded", "false"]]) field.setAttribute(k, v);

  let index;
  let rows;
  try {
    index = await open(form.dataset.index);
  } catch {
    return; // the form leads to the list of all pages
  }
  const { labels, home } = index.main;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, k) => values[k] ?? all);
  let options = [];
  let active = -1;
  let asked = "";
  let leaving = false; // for a result that was chosen

  function show(yes) {
    box.hidden = !yes;
    field.setAttribute("aria-expanded", String(yes && options.length > 0));
    if (!yes) choose(-1);
  }

  function choose(n) {
    options[active]?.setAttribute("aria-selected", "false");
    active = n;
    const o = options[n];
    if (!o) return field.removeAttribute("aria-activedescendant");
    o.setAttribute("aria-selected", "true");
    o.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", o.id);
  }

  function option(r, ideas, i) {
    const mark = (text) => marked(text, ideas, index.stem);
    const lang = r.lang;
    const title = make("span", { className: "title", lang }, ...mark(r.heading || r.title));
    const where = make("small", { lang }, ...mark(r.heading ? r.title : r.description));
    const o = make("a", { role: "option", id: `found-${i}`, href: r.url, tabIndex: -1, "aria-selected": "false" }, title, where);
    if (lang) o.append(make("span", { className: "in" }, new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(lang)));
    return o;
  }

  // answer is a settings table that answers by itself.
  function answer([, caption, url, table]) {
    const items = table.slice(0, 4).map(([label, value, code]) => make("div", {},
      make("dt", {}, label),
      make("dd", {}, make(code ? "code" : "span", { className: "val" }, value), ...(code ? [make("button", { type: "button", className: "copy", "aria-label": `${labels.copy}: ${label}` }, make("span", {}, labels.copy))] : []))));
    return make("section", { className: "answer", "aria-label": caption }, make("a", { href: url }, caption), make("dl", {}, ...items));
  }

  const card = (row) => {
    const c = row.card();
    c.prepend(make("a", { href: row.url }, row.title));
    return c;
  };

  async function messages(text) {
    rows ??= await finder(form.dataset.index, index.main.version);
    return rows.find(text);
  }

  async function look(now) {
    const query = field.value.trim();
    if (query === asked && !now) return show(query !== "");
    asked = query;
    if (page) history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    if (!query) {
      options = [];
      return show(false);
    }
    const [{ results, ideas }, tables, error] = await Promise.all([
      index.find(query, !now), index.answers(query), looksLikeMessage(query) ? messages(query) : { rows: [] },
    ]);
    if (query !== asked) return; // the reader typed on
    const decided = error.unknown && (!results.length || /[x.]/.test(error.unknown)); // a bare 550 may be something else
    const found = decided && !error.rows.length ? [] : results;
    options = found.map((r, i) => option(r, ideas, i));
    active = -1;
    field.removeAttribute("aria-activedescendant");
    list.replaceChildren(...options);
    list.hidden = !options.length;
    above.replaceChildren(...error.rows.map(card), ...tables.map(answer));
    if (decided) above.prepend(make("p", {}, fill(error.rows.length ? labels.unknown : labels.code, { code: error.unknown })));
    below.replaceChildren();
    if (!options.length && !above.querySelector("section, div")) below.append(...await nothing(query, ideas, decided));
    show(true);
    const number = options.length + error.rows.length + tables.length;
    clearTimeout(look.timer);
    look.timer = setTimeout(() => say(number ? fill(labels.number, { number }) : box.textContent), 700);
  }

  // nothing suggests the words nearest to what was asked, and the list of all.
  async function nothing(query, ideas, unknown) {
    const parts = unknown ? [] : [make("p", {}, fill(labels.none, { query }))];
    const near = await index.nearest(ideas.map(({ w }) => w), distance);
    if (near.length && !unknown) {
      parts.push(make("p", {}, labels.nearest, " ", ...near.flatMap((w) => [make("button", { type: "button", className: "tool", onclick: () => { field.value = w; field.focus(); look(); } }, w), " "])));
    }
    parts.push(make("p", {}, make("a", { href: page ? "#:all" : form.getAttribute("action") }, labels.home)), make("p", {}, make("a", { href: home }, document.querySelector(".brand")?.textContent.trim() || home)));
    return parts;
  }

  field.addEventListener("input", () => look());
  field.addEventListener("focus", () => { if (asked) show(true); });
  field.addEventListener("keydown", (event) => {
    const n = options.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (!n) return;
        if (box.hidden) show(true);
        choose(event.key === "ArrowDown" ? (active + 1) % n : active <= 0 ? n - 1 : active - 1);
        break;
      case "Enter":
        if (active < 0) return;
        leaving = true;
        location.href = options[active].href;
        break;
      case "Escape":
        if (active >= 0) choose(-1);
        else if (!box.hidden && !page) show(false);
        else field.value = "", look();
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (page || leaving) event.preventDefault();
    if (page) look(true);
  });
  if (!page) {
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
    box.addEventListener("pointerdown", (event) => { if (!event.target.closest("button")) event.preventDefault(); }); // the field keeps the focus
  }
  if (page && !field.value) field.value = new URLSearchParams(location.search).get("q") ?? "";
  if (field.value) look(page && !typed);
}
