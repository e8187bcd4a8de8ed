// The preview's script: it brings changes into the page without losing the
// reader's place, and lays mistakes over it.

let seen = document.querySelector('script[src="/_wegwijs/reload.js"]')?.dataset.view; // the view that the page shows
let page = null; // the page as the server last gave it, before scripts changed anything
let turn = Promise.resolve();

const source = () => {
  const events = new EventSource("/_wegwijs/events");
  events.addEventListener("view", (e) => view(JSON.parse(e.data)));
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(source, 1000);
  });
};

const view = (m) => {
  overlay(m);
  if (m.follow && m.follow !== location.pathname) {
    location.href = m.follow;
    return;
  }
  if (m.id !== seen) {
    seen = m.id;
    change();
  }
};

const change = () => {
  turn = turn.then(refresh).catch(() => setTimeout(change, 500));
};

const get = async () => {
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
  if (!(answer.headers.get("Content-Type") || "").startsWith("text/html")) return null;
  const text = (await answer.text()).replace(/ data-view="[^"]*"/, "");
  return new DOMParser().parseFromString(text, "text/html");
};

const scripts = (doc) => [...doc.querySelectorAll("script[src]")].map((s) => s.getAttribute("src")).join();

const refresh = async () => {
  const next = await get();
  if (!next) return;
  if (scripts(next) !== scripts(document)) {
    location.reload(); // what a script did cannot be taken back
    return;
  }
  if (page && page.documentElement.isEqualNode(next.documentElement)) return;
  await styles(next);
  morph(document.documentElement, next.documentElement, page?.documentElement);
  page = next;
  document.dispatchEvent(new CustomEvent("wegwijs:changed"));
};

// styles loads new style sheets before the old ones go, so nothing flashes.
const styles = (next) => {
  const have = new Set([...document.querySelectorAll("link[rel=stylesheet]")].map((l) => l.getAttribute("href")));
  const waits = [];
  for (const link of next.querySelectorAll("link[rel=stylesheet]")) {
    if (have.has(link.getAttribute("href"))) continue;
    const fresh = document.createElement("link");
    fresh.rel = "stylesheet";
    fresh.href = link.getAttribute("href");
    waits.push(new Promise((done) => { fresh.onload = fresh.onerror = done; setTimeout(done, 2000); }));
    document.head.append(fresh);
  }
  return Promise.all(waits);
};

// What belongs to the reader and not to the page.
const readers = (el, name) =>
  (el.localName === "details" && name === "open") ||
  (name === "data-wegwijs-keep") ||
  (name === "hidden" && el.matches(".js, [data-js]"));

const attributes = (old, next, was) => {
  for (const { name } of [...(was || old).attributes]) {
    if (!next.hasAttribute(name) && !readers(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if ((was || old).getAttribute(name) !== value && !readers(old, name)) old.setAttribute(name, value);
  }
};

// alike says that one node can become the other without being replaced.
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.nodeType !== 1 || a.id === b.id);

const isOwn = (n) => n.nodeType === 1 && n.hasAttribute("data-wegwijs");

// morph brings into old what changed from was to next. What the page's own
// scripts did to old is not a change and stays; without was, old itself is
// taken for what was.
const morph = (old, next, was) => {
  if ((was || old).isEqualNode(next)) return;
  if (old.nodeType !== 1) {
    old.nodeValue = next.nodeValue;
    return;
  }
  attributes(old, next, was);
  if (old.localName === "textarea" || old.localName === "input") return;
  const a = [...old.childNodes].filter((n) => !isOwn(n));
  const b = [...next.childNodes];
  let p = was ? [...was.childNodes] : a;
  if (p.length !== a.length || p.some((n, i) => n.nodeName !== a[i].nodeName)) p = a;
  const same = (i, node) => p[i].isEqualNode(node);
  // Equal ends stay as they are; between them, nodes find their like in order.
  let head = 0;
  while (head < a.length && head < b.length && same(head, b[head])) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && same(a.length - 1 - tail, b[b.length - 1 - tail])) tail++;
  const end = a.length - tail;
  let i = head;
  for (let n = head; n < b.length - tail; n++) {
    const node = b[n];
    let j = i;
    while (j < end && !same(j, node)) j++;
    if (j === end) { // no equal one: one with the same id, or the next of its kind
      j = i;
      while (j < end && !(node.id && alike(a[j], node))) j++;
      if (j === end && i < end && alike(a[i], node) && !b.slice(n + 1, b.length - tail).some((x) => same(i, x))) j = i;
    }
    if (j === end) {
      old.insertBefore(document.importNode(node, true), a[i] || null);
      continue;
    }
    for (; i < j; i++) a[i].remove();
    morph(a[i], node, p === a ? undefined : p[i]);
    i++;
  }
  for (; i < end; i++) a[i].remove();
};

// The overlay lives in a shadow tree, so that neither the page's style nor the
// morph reaches it. A constructed sheet is the one kind that the site's
// content security policy lets pass.
let host = null;
let closed = ""; // the view whose overlay was put away

const css = `
:host{all:initial}
.box{position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;background:#1b1b1f;color:#f4f4f5;font:15px/1.5 system-ui,sans-serif;border-top:4px solid #e5484d;padding:1rem 1.25rem 1.25rem;z-index:2147483647;box-sizing:border-box}
h2{margin:0 0 .5rem;font-size:1rem}
article{margin:.75rem 0 0}
.where{color:#ffb3a7;font-weight:600;overflow-wrap:anywhere}
pre{margin:.35rem 0;padding:.5rem .75rem;background:#0e0e11;overflow:auto;font:13px/1.4 ui-monospace,monospace;border-radius:4px}
.caret{color:#ff9d93}
.hint{color:#9fe0c8;white-space:pre-wrap;margin:.2rem 0 0}
p{margin:.2rem 0 0}
button{position:absolute;inset-block-start:.5rem;inset-inline-end:.75rem;font:inherit;color:inherit;background:none;border:1px solid #777;border-radius:4px;padding:.25rem .6rem;cursor:pointer;min-height:2.25rem}
button:focus-visible{outline:3px solid #ffb3a7;outline-offset:2px}`;

const overlay = (m) => {
  if (!m.errors) {
    host?.remove();
    host = null;
    closed = "";
    return;
  }
  if (closed === m.id) return;
  if (!host) {
    host = document.createElement("div");
    host.setAttribute("data-wegwijs", "");
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    document.documentElement.append(host);
  }
  const make = (tag, text, name) => {
    const el = document.createElement(tag);
    if (text !== undefined) el.textContent = text;
    if (name) el.className = name;
    return el;
  };
  const box = make("div", undefined, "box");
  box.setAttribute("role", "alert");
  box.append(make("h2", m.errors === 1 ? "1 mistake" : m.errors + " mistakes"));
  for (const f of m.findings) {
    const a = make("article");
    const line = make("p");
    line.append(make("span", f.where, "where"), " " + f.message);
    a.append(line);
    if (f.excerpt) {
      const pre = make("pre", f.excerpt);
      if (f.caret) pre.append("\n", make("span", f.caret, "caret"));
      a.append(pre);
    }
    if (f.hint) a.append(make("p", f.hint, "hint"));
    box.append(a);
  }
  if (m.errors > m.findings.length) box.append(make("p", "and " + (m.errors - m.findings.length) + " more"));
  const close = make("button", "Close");
  close.onclick = () => { closed = m.id; host?.remove(); host = null; };
  box.append(close);
  host.shadowRoot.replaceChildren(box);
};

// A laptop that slept may keep a connection that is dead.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") change();
});

// The page as it came is the base for every later change.
turn = get().then((doc) => { page ||= doc; }).catch(() => {});
source();
