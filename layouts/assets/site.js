// What a page can do more with a script. Nothing here is needed to read it,
// nothing is sent anywhere (connect-src 'none'), and words come from the page.

const root = document.documentElement;
const status = document.getElementById(":status");

// kept is the tab's own storage; browsers that store nothing make it throw.
const kept = {
  get(key) { try { return sessionStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { sessionStorage.setItem(key, value); } catch { /* then it is not kept */ } },
  remove(key) { try { sessionStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

// say tells screen readers what happened; the text is cleared first, so that
// the same words twice are heard twice.
function say(text) {
  if (!status) return;
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}

// copyText takes a text, or a promise of one: WebKit only lets a page copy while
// it handles the press itself, so what takes longer is promised at once.
async function copyText(text) {
  try {
    if (typeof text === "string") await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ "text/plain": text.then((t) => new Blob([t], { type: "text/plain" })) })]);
    return true;
  } catch {
    return false;
  }
}

// done shows on the button itself that it worked, for three seconds.
function done(button, words) {
  const span = button.querySelector("span") ?? button;
  button.dataset.was ??= span.textContent;
  span.textContent = words;
  button.classList.add("done");
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    span.textContent = button.dataset.was;
    button.classList.remove("done");
  }, 3000);
}

async function copyValue(button) {
  const value = button.parentElement.querySelector(".val, pre");
  const code = value.matches("pre");
  const text = code ? value.textContent.replace(/\n$/, "") : value.textContent.trim();
  if (await copyText(text)) {
    done(button, status.dataset.done);
    say(code ? status.dataset.done : status.dataset.copied.replace("{value}", () => text));
  } else {
    getSelection().selectAllChildren(value);
    say(status.dataset.failed);
  }
}

const tools = {
  print: () => print(),
  all() {
    root.classList.add("all");
    print();
    root.classList.remove("all");
  },
  async markdown(button) {
    if (await copyText(import("./markdown.js").then(({ markdown }) => markdown()))) {
      say(button.dataset.done);
      done(button, button.dataset.done);
    } else {
      location.href = document.querySelector("link[type='text/markdown']").href;
    }
  },
  async phone(button) {
    const box = document.getElementById(":phone");
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.querySelector("svg")) {
      const { qr } = await import("./qr.js");
      box.append(qr(location.href.split("#")[0], box.dataset.alt));
    }
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches(".copy")) copyValue(button);
  else if (button?.dataset.tool) tools[button.dataset.tool](button);
  for (const menu of document.querySelectorAll(".lang[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(".lang[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// On paper everything is open.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open], .toc-small)")];
  for (const d of opened) d.open = true;
});
addEventListener("afterprint", () => {
  for (const d of opened) d.open = false;
});

// What was read stays readable without a network, and so do the pages that the
// site wants to have at hand. Only over https, so that a preview on a desk is
// never a stale one, and not where the reader saves data.
async function keep() {
  if (location.protocol !== "https:" || !navigator.serviceWorker || navigator.connection?.saveData || matchMedia("(prefers-reduced-data: reduce)").matches) return;
  await navigator.serviceWorker.register(new URL("../sw.js", import.meta.url));
  const { active } = await navigator.serviceWorker.ready;
  const wanted = document.body.dataset.keep.split(" ").map((path) => new URL(path, location).href);
  active.postMessage({ opened: location.href.split(/[?#]/)[0], keep: wanted });
}

root.classList.add("ready");
if (document.querySelector(".personal") || (kept.get("address") && document.querySelector("[data-personal]"))) {
  import("./personal.js").then(({ run }) => run(say, kept));
}
// Search is fetched when the reader turns to the field.
const search = document.querySelector(".search form");
if (search) {
  let started;
  const start = () => { started ??= import("./search.js").then(({ run }) => run(search, say)); };
  search.addEventListener("focusin", start);
  search.addEventListener("pointerenter", start);
  if (search.elements.q.value || search.contains(document.activeElement) || new URLSearchParams(location.search).has("q")) start();
}
const find = document.querySelector(".find");
if (find) import("./find.js").then(({ run }) => run(find));
addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(() => keep().catch(() => {})));

const boxes = document.querySelectorAll(".tabs");
if (boxes.length) import("./tabs.js").then(({ run }) => run(boxes, kept));
