// The preview's script: it brings changes into the page without losing the
// reader's place, and lays mistakes over it.

// What it says, in the language of the writer: the server put the texts before
// this script, as texts, with lang and the address of the manual.
const say = (text, n) => (texts[text] ?? text).replace("{n}", n);

const here = document.querySelector('script[src="/_wegwijs/reload.js"]');
let seen = here?.dataset.view; // the view that the page shows
let base = null; // the page as the server gave it, before scripts and readers changed anything
const shown = new WeakMap(); // from a node of base to the node on the screen that came from it

// --- the server's events

// A browser opens six connections to a server at most. So of all tabs one, the
// holder of a lock, listens to the server and tells the others. Where there are
// no locks, on another device without TLS, each listens for itself.
const tabs = new BroadcastChannel("wegwijs");
let events = null;
let last = null; // what the server said last
let heard = 0; // when that was
let leave = () => {};

const connect = () => {
  events?.close();
  heard = Date.now();
  events = new EventSource(`/_wegwijs/events?seen=${seen ?? ""}`);
  events.addEventListener("beat", () => { heard = Date.now(); });
  events.addEventListener("view", (e) => {
    heard = Date.now();
    last = JSON.parse(e.data);
    tabs.postMessage(last);
    view(last);
  });
};

const attend = () => {
  const gone = new AbortController();
  const until = new Promise((end) => {
    leave = () => {
      gone.abort();
      end();
      events?.close();
      events = null;
    };
  });
  if (!navigator.locks) return connect();
  navigator.locks.request("wegwijs", { signal: gone.signal }, () => { connect(); return until; }).catch(() => {});
  tabs.postMessage("?");
};

// A machine that slept may hold a connection that is dead, and a server that
// answers with something else ends it for good.
let silent = 0; // how many seconds the server has not been there
const tend = () => {
  silent = events && events.readyState !== EventSource.OPEN ? silent + 1 : 0;
  if (events) tell(silent >= 3);
  if (events && (events.readyState === EventSource.CLOSED || Date.now() - heard > 40000)) connect();
};
setInterval(tend, 1000);

tabs.addEventListener("message", ({ data }) => {
  if (data === "stopped" || data === "running") return stopped(data === "stopped");
  if (data !== "?") return view(data);
  tend();
  if (events && last) tabs.postMessage({ ...last, follow: "" });
});

// Who comes back asks what there is, and who is put aside lets another listen.
const back = () => {
  tend();
  tabs.postMessage("?");
  look();
};

// Where no event tells of an edit, the window that comes to the front asks.
const look = () => fetch("/_wegwijs/look", { cache: "no-store" }).catch(() => {});
addEventListener("focus", look);
document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });
document.addEventListener("resume", back);
addEventListener("pagehide", () => leave());
addEventListener("pageshow", (e) => { if (e.persisted) attend(); });

const view = (m) => {
  overlay(m);
  stopped(false);
  badge("warnings", m.errors || !m.warnings ? "" : m.warnings === 1 ? say("1 warning") : say("{n} warnings", m.warnings), "/_wegwijs/findings");
  if (m.follow && m.follow !== location.pathname) {
    location.href = m.follow;
    return;
  }
  if (m.id === seen) return;
  // Images keep their address when they change. After a gap nobody knows.
  const [run, n] = m.id.split("-");
  const next = seen === `${run}-${n - 1}`;
  if (m.files || !next) images(m.id);
  seen = m.id;
  change();
};

const images = (id) => {
  for (const img of document.images) {
    const url = new URL(img.src, location.href);
    if (url.origin !== location.origin || url.pathname.includes("/assets/")) continue;
    url.search = id;
    img.src = url;
  }
};

// --- bringing in what changed

let turn = Promise.resolve();
const change = () => {
  turn = turn.then(refresh).catch(() => setTimeout(() => events?.readyState === EventSource.OPEN && change(), 1000));
};

const get = async () => {
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
  if (!(answer.headers.get("Content-Type") || "").startsWith("text/html")) throw new Error("no page");
  const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
  const own = doc.querySelector('script[src="/_wegwijs/reload.js"]');
  own?.remove();
  return [doc, own?.dataset.page];
};

const scripts = (doc) => [...doc.querySelectorAll("script[src]")].map((s) => s.getAttribute("src")).join();

// Parts that a page's own scripts set up when it loads.
const needsLoad = "script, form, dialog, [hidden]";

const refresh = async () => {
  const [next] = await get();
  if (scripts(next) !== scripts(base)) return location.reload(); // what a script did cannot be taken back
  if (base.documentElement.isEqualNode(next.documentElement)) return;
  await styles(next);
  const focus = document.activeElement;
  morph(document.documentElement, base.documentElement, next.documentElement);
  if (focus?.id && !focus.isConnected) document.getElementById(focus.id)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("wegwijs:changed"));
};

// styles puts each new style sheet beside the one it replaces, and takes that
// away when the new one is there: nothing flashes.
const styles = (next) => {
  const sheets = (doc) => [...doc.querySelectorAll("link[rel=stylesheet]")];
  const old = sheets(base).filter((a) => !sheets(next).some((b) => b.isEqualNode(a)));
  const fresh = sheets(next).filter((b) => !sheets(base).some((a) => a.isEqualNode(b)));
  return Promise.all(old.slice(0, fresh.length).map((was, i) => new Promise((done) => {
    const now = document.importNode(fresh[i], true);
    const replace = () => {
      if (!was.parentNode) return; // done already
      shown.get(was)?.remove();
      const b = base.importNode(fresh[i], true);
      was.replaceWith(b);
      shown.set(b, now);
      done();
    };
    now.onload = now.onerror = replace;
    setTimeout(replace, 2000);
    (shown.get(was) ?? document.head.lastChild).after(now);
  })));
};

// What belongs to the reader and not to the page.
const readers = (el, name) => el.localName === "details" && name === "open";

// like says that one node can become the other without being replaced.
const like = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.id === b.id;

// pair notes which nodes on the screen came from which of base. Those that the
// page's own scripts put there came from none.
const pair = (live, was) => {
  shown.set(was, live);
  const nodes = [...live.childNodes];
  let i = 0;
  for (const w of was.childNodes) {
    let j = nodes.findIndex((n, k) => k >= i && n.isEqualNode(w));
    if (j < 0) j = nodes.findIndex((n, k) => k >= i && like(n, w));
    if (j < 0) continue;
    pair(nodes[j], w);
    i = j + 1;
  }
};

// match finds for each new node the old one that it was, in order: as many
// equal ones as there are and, between two of these, one with the same id or
// the next of its kind.
const match = (olds, news) => {
  const found = new Map();
  let [from, a, b] = [0, olds.length, news.length];
  while (from < a && from < b && olds[from].isEqualNode(news[from])) found.set(news[from], olds[from++]);
  while (a > from && b > from && olds[a - 1].isEqualNode(news[b - 1])) found.set(news[--b], olds[--a]);
  // best[i][j] is the worth of what olds from i and news from j have in common.
  const best = Array.from({ length: a + 1 }, () => new Uint32Array(b + 1));
  const worth = (i, j) => (olds[i].isEqualNode(news[j]) ? (olds[i].nodeType === Node.ELEMENT_NODE ? 3 : 1) + best[i + 1][j + 1] : 0);
  for (let i = a - 1; i >= from; i--) {
    for (let j = b - 1; j >= from; j--) best[i][j] = Math.max(best[i + 1][j], best[i][j + 1], worth(i, j));
  }
  const between = (i, ito, j, jto) => {
    for (; j < jto; j++) {
      let k = news[j].id ? olds.findIndex((o, n) => n >= i && n < ito && like(o, news[j])) : -1;
      if (k < 0 && i < ito && like(olds[i], news[j])) k = i;
      if (k < 0) continue;
      found.set(news[j], olds[k]);
      i = k + 1;
    }
  };
  let [i, j, oldFrom, newFrom] = [from, from, from, from];
  while (i < a && j < b) {
    if (best[i][j] === worth(i, j) && best[i][j] > 0) {
      between(oldFrom, i, newFrom, j);
      found.set(news[j++], olds[i++]);
      [oldFrom, newFrom] = [i, j];
    } else if (best[i][j] === best[i + 1][j]) {
      i++;
    } else {
      j++;
    }
  }
  between(oldFrom, a, newFrom, b);
  return found;
};

// morph makes of was what next is, and does the same to the screen. What the
// page's scripts and the reader did there stays.
const morph = (live, was, next) => {
  if (was.isEqualNode(next)) return;
  if (was.nodeType !== Node.ELEMENT_NODE) {
    was.nodeValue = next.nodeValue;
    live.nodeValue = next.nodeValue;
    return;
  }
  for (const name of new Set([...was.getAttributeNames(), ...next.getAttributeNames()])) {
    const value = next.getAttribute(name);
    if (was.getAttribute(name) === value) continue;
    for (const el of [was, live]) {
      if (el === live && readers(el, name)) continue;
      if (value === null) el.removeAttribute(name);
      else el.setAttribute(name, value);
    }
  }
  const found = match([...was.childNodes], [...next.childNodes]);
  const stay = new Set(found.values());
  for (const old of [...was.childNodes]) {
    if (stay.has(old)) continue;
    shown.get(old)?.remove();
    old.remove();
  }
  let at = null; // the node of was before the present one
  for (const node of [...next.childNodes]) {
    let old = found.get(node);
    const there = old && shown.get(old);
    if (there?.isConnected) {
      morph(there, old, node);
    } else if (!old || !old.isEqualNode(node)) {
      if (node.nodeType === Node.ELEMENT_NODE && (node.matches(needsLoad) || node.querySelector(needsLoad))) location.reload();
      const b = was.ownerDocument.importNode(node, true);
      if (old) old.replaceWith(b);
      else was.insertBefore(b, at ? at.nextSibling : was.firstChild);
      const now = document.importNode(node, true);
      const left = at && shown.get(at);
      const right = b.nextSibling && shown.get(b.nextSibling);
      if (left?.parentNode === live) left.after(now);
      else if (right?.parentNode === live) right.before(now);
      else if (at) live.append(now);
      else live.prepend(now);
      pair(now, b);
      old = b;
    }
    at = old;
  }
};

// --- notes in a corner

// Small notes that keep out of the way: that the server has stopped, that the
// page is a draft, that there are warnings.
const notes = new Map();
let corner = null;
const badge = (name, text, href) => {
  if (location.pathname === href) text = "";
  if ((notes.get(name)?.textContent ?? "") === text) return;
  notes.get(name)?.remove();
  notes.delete(name);
  if (!text) return;
  if (!corner) {
    corner = document.createElement("div");
    corner.lang = lang;
    corner.dir = "ltr";
    const root = corner.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
:host{all:initial}
.notes{position:fixed;inset-block-end:.5rem;inset-inline-end:.5rem;display:flex;gap:.5rem;flex-wrap:wrap;justify-content:flex-end;font:14px/1.4 system-ui,sans-serif;z-index:2147483646}
.notes>*{background:#1b1b1f;color:#f4f4f5;border:1px solid #8a8a93;border-radius:4px;padding:.25rem .6rem}
@media print{.notes{display:none}}`);
    root.adoptedStyleSheets = [sheet];
    const list = document.createElement("div");
    list.className = "notes";
    list.setAttribute("role", "status");
    root.append(list);
  }
  if (!corner.isConnected) document.documentElement.append(corner);
  const note = document.createElement(href ? "a" : "span");
  if (href) note.href = href;
  note.textContent = text;
  notes.set(name, note);
  corner.shadowRoot.querySelector(".notes").append(note);
};

const stopped = (yes) => badge("stopped", yes ? say("The preview has stopped: this page does not follow edits any more") : "");
let reported = false;
const tell = (yes) => {
  if (yes === reported) return;
  reported = yes;
  stopped(yes);
  tabs.postMessage(yes ? "stopped" : "running");
};
badge("draft", here?.dataset.draft === undefined ? "" : say("Draft: the build leaves this page out"));

// --- mistakes

// The overlay lives in a shadow tree, so that the page's style does not reach
// it. A constructed sheet is the one kind that the site's content security
// policy lets pass.
let host = null;
let told = ""; // what the overlay says
let closed = ""; // the view whose overlay was put away

const css = `
:host{all:initial}
.box{position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;background:#1b1b1f;color:#f4f4f5;font:15px/1.5 system-ui,sans-serif;border-top:4px solid #e5484d;padding:1rem 1.25rem 1.25rem;z-index:2147483647;box-sizing:border-box}
h2{margin:0 6rem .5rem 0;font-size:1rem}
article{margin:.75rem 0 0}
.where{color:#ffb3a7;font-weight:600;overflow-wrap:anywhere}
pre{margin:.35rem 0;padding:.5rem .75rem;background:#0e0e11;overflow:auto;font:13px/1.4 ui-monospace,monospace;border-radius:4px}
.caret{color:#ff9d93}
.code{color:inherit}
.hint{color:#9fe0c8;white-space:pre-wrap}
p{margin:.2rem 0 0}
button{position:absolute;inset-block-start:.75rem;inset-inline-end:1rem;font:inherit;color:inherit;background:#1b1b1f;border:1px solid #8a8a93;border-radius:4px;padding:.25rem .6rem;cursor:pointer;min-height:2.25rem}
:focus-visible{outline:3px solid #ffb3a7;outline-offset:-3px}`;

const make = (tag, text, name) => {
  const el = document.createElement(tag);
  if (text !== undefined) el.textContent = text;
  if (name) el.className = name;
  return el;
};

const close = () => {
  closed = seen;
  host?.remove();
  host = null;
  told = "";
};

const overlay = (m) => {
  if (!m.errors) {
    close();
    closed = "";
    return;
  }
  const says = JSON.stringify([m.errors, m.findings]);
  if (closed === m.id || (host && told === says)) return;
  told = says;
  if (!host) {
    host = make("div");
    host.lang = lang;
    host.dir = "ltr";
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const box = make("section", undefined, "box");
    box.setAttribute("aria-label", say("Mistakes in the site"));
    box.tabIndex = 0; // to scroll it with the keyboard
    const list = make("div", undefined, "list");
    list.setAttribute("role", "alert");
    const button = make("button", say("Close"));
    button.type = "button";
    button.onclick = close;
    box.addEventListener("keydown", (e) => { if (e.key === "Escape") close(); });
    box.append(button, list);
    root.append(box);
    document.documentElement.append(host);
  }
  const list = host.shadowRoot.querySelector(".list");
  list.replaceChildren(make("h2", m.errors === 1 ? say("1 mistake") : say("{n} mistakes", m.errors)));
  for (const f of m.findings) {
    const a = make("article");
    const line = make("p");
    const where = make(f.open ? "a" : "span", f.where, "where");
    if (f.open) where.href = f.open;
    line.append(where, ` ${f.message} [`, about(f), "]");
    a.append(line);
    if (f.excerpt) {
      const pre = make("pre", f.excerpt);
      if (f.caret) pre.append("\n", make("span", f.caret, "caret"));
      a.append(pre);
    }
    if (f.hint) a.append(make("p", f.hint, "hint"));
    list.append(a);
  }
  const all = make("a", m.errors > m.findings.length ? say("and {n} more", m.errors - m.findings.length) : say("All findings"));
  all.href = "/_wegwijs/findings";
  all.className = "where";
  if (location.pathname !== all.pathname) list.append(all);
  if (!manual) return;
  const help = make("a", say("The manual"), "where");
  help.href = manual;
  list.append(" ", help);
};

// about leads from the code of a finding to what the manual says of it.
const about = (f) => {
  const a = make(f.about ? "a" : "span", f.code, "code");
  if (f.about) a.href = f.about;
  return a;
};

// The page as it came is what later ones are compared with. Where it changed
// since this one was loaded, this one is loaded again.
const begin = async () => {
  const [doc, bytes] = await get();
  if (bytes !== here?.dataset.page) return location.reload();
  base = doc;
  pair(document.documentElement, doc.documentElement);
};
const retry = () => new Promise((done) => setTimeout(done, 1000)).then(begin).catch(retry);
turn = begin().catch(retry);
attend();

// --- translations

// Beside a page whose text changed since it was translated stands what changed,
// and the blocks that this concerns are marked.
let beside = null;
let marked = [];
const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

// said returns the text of an element without the line that readers see where it is stale.
const said = (e) => bare([...e.childNodes].filter((n) => !n.classList?.contains("stale")).map((n) => n.textContent).join(""));
const besideCSS = `
:host{all:initial}
aside{position:fixed;inset-block:0;inset-inline-end:0;inline-size:min(26rem,40vw);overflow:auto;background:#1b1b1f;color:#f4f4f5;font:14px/1.5 system-ui,sans-serif;border-inline-start:4px solid #f5a524;padding:1rem;z-index:2147483645;box-sizing:border-box}
h2{font-size:1rem;margin:0 0 .5rem}
article{margin-block:.75rem;border-block-start:1px solid #55555e;padding-block-start:.5rem;overflow-wrap:anywhere}
a,.where{color:#ffd59a}
p{margin:.2rem 0}
del{color:#ffb3a7}
ins{color:#9fe0c8}
@media (max-width:60rem){aside{inset-block:auto 0;inline-size:100%;max-block-size:40vh;border-inline-start:0;border-block-start:4px solid #f5a524}}
@media print{aside{display:none}}`;

// words puts a text with marks into an element.
const words = (el, text) => {
  for (const part of text.split(/(\[-.*?-\]|\{\+.*?\+\})/s)) {
    const sign = part.slice(0, 2);
    if (sign === "[-" || sign === "{+") el.append(make(sign === "[-" ? "del" : "ins", part.slice(2, -2)));
    else el.append(part);
  }
  return el;
};

const place = (text, open) => {
  const a = make(open ? "a" : "span", text, "where");
  if (open) a.href = open;
  return a;
};

const behind = async () => {
  const answer = await fetch(`/_wegwijs/translation?page=${encodeURIComponent(location.pathname)}`, { cache: "no-store" }).catch(() => null);
  const t = answer?.ok ? await answer.json() : { blocks: [] };
  for (const el of marked) el.style.removeProperty("outline");
  marked = [];
  beside?.remove();
  beside = null;
  document.body.style.removeProperty("margin-inline-end");
  badge("translation", t.state === "unknown" ? say("Nobody knows which text this was translated from") : "");
  if (!t.blocks.length) return;
  const blocks = [...document.querySelectorAll("main :is(h1,h2,h3,h4,h5,h6,p,li,td,th,dt,dd,summary,figcaption)")];
  beside = make("div");
  beside.lang = lang;
  const root = beside.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(besideCSS);
  root.adoptedStyleSheets = [sheet];
  const box = make("aside");
  box.setAttribute("aria-label", say("What changed since this was translated"));
  box.tabIndex = 0;
  box.append(make("h2", t.blocks.length === 1 ? say("1 block changed since this was translated") : say("{n} blocks changed since this was translated", t.blocks.length)));
  for (const b of t.blocks) {
    const a = make("article");
    a.append(place(b.source, b.openSource), ` ${say(b.kind)}`);
    if (b.old) a.append(words(make("p"), b.old));
    if (b.new) a.append(words(make("p"), b.new));
    if (b.translation) {
      const p = make("p");
      p.append(place(b.where, b.open), ` ${b.translation}`);
      a.append(p);
    }
    box.append(a);
    const seen = bare(b.seen ?? "");
    const el = seen && (blocks.find((e) => said(e) === seen) ?? blocks.find((e) => said(e).startsWith(seen.slice(0, 40))));
    if (el) {
      el.style.outline = "3px dashed #f5a524";
      marked.push(el);
    }
  }
  root.append(box);
  document.documentElement.append(beside);
  if (matchMedia("(min-width:60rem)").matches) document.body.style.marginInlineEnd = "min(26rem,40vw)";
};
behind();
document.addEventListener("wegwijs:changed", behind);
