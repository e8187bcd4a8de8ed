// Keeps what was opened readable without a network. Pages come from the network
// first, so nobody reads old settings while there is a connection; assets have
// their content in their name and never change. Unasked it fetches little: home,
// the settings, the page for trouble and the error page. The release below changes
// the bytes of this file, so that a new release makes browsers fetch these anew.
const release = "{{ .Release }}";
const name = "wegwijs";
const patience = 4000; // ms for the network before a kept copy will do

const base = new URL("./", self.location).pathname; // the site may stand in a folder of its host
const isPage = (url) => url.pathname.startsWith(base) && /\/(404\.html)?$/.test(url.pathname);
const isAsset = (url) => url.pathname.startsWith(base + "assets/");
const isIndex = (url) => url.pathname.startsWith(base + "search/") && url.pathname.endsWith(".js"); // what search finds in

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data));
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (isAsset(url)) event.respondWith(asset(event.request));
  else if (isIndex(url) || (event.request.mode === "navigate" && isPage(url))) event.respondWith(page(event));
});

async function asset(request) {
  const cache = await caches.open(name);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function page(event) {
  const cache = await caches.open(name);
  const url = new URL(event.request.url);
  const address = isIndex(url) ? url.href : url.href.split("?")[0]; // parts of an index have its version behind the ?
  const kept = await cache.match(address);
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(address, answer.clone());
    return answer;
  });
  if (!kept) return fresh.catch(async (error) => (await offline(cache, address)) ?? Promise.reject(error));
  event.waitUntil(fresh.catch(() => {}));
  const late = new Promise((resolve) => { setTimeout(resolve, patience, kept); });
  return Promise.race([fresh.catch(() => kept), late]);
}

// offline gives the error page of the nearest folder that has one, with its
// other text: the page may well exist, it is only not kept.
async function offline(cache, address) {
  for (let url = new URL("./", address); isPage(url); url = new URL("../", url)) {
    const kept = await cache.match(new URL("404.html", url).href);
    if (kept) {
      const text = (await kept.text()).replace('class="gone"', 'class="gone" hidden').replace('class="offline" hidden', 'class="offline"');
      return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
    }
    if (url.pathname === base) return;
  }
}

// take fetches a page and the assets that it names into the cache. What the
// browser has loaded a moment ago is not asked for again.
async function take(cache, address, loaded) {
  const answer = await fetch(address, { credentials: "omit", cache: loaded ? "force-cache" : "no-cache" });
  const gone = answer.status === 404 || answer.status === 410;
  if (!answer.ok && !(gone && address.endsWith("/404.html"))) {
    if (gone) await cache.delete(address);
    return;
  }
  const text = await answer.text();
  await cache.put(address, new Response(text, { headers: { "Content-Type": answer.headers.get("Content-Type") ?? "text/html; charset=utf-8" } }));
  await assets(cache, text, address);
}

// assets keeps what a page, a style sheet or a module names, and what those
// name; not search, the copy as Markdown, the hint of another language, tabs or
// QR codes, which are kept once the reader has used them.
async function assets(cache, text, from) {
  for (const [path] of text.matchAll(/(?:[\w./-]*\/assets\/|\.\/)[\w.-]+\.(?:css|js|svg|png|webp|avif)/g)) {
    const address = new URL(path, from).href;
    if (!isAsset(new URL(address)) || /\/(?:search|markdown|hint|tabs|qr)[\w.-]*$/.test(address) || await cache.match(address)) continue;
    const answer = await fetch(address);
    if (!answer.ok) continue;
    await cache.put(address, answer.clone());
    if (/\.(css|js)$/.test(address)) await assets(cache, await answer.text(), address);
  }
}

// keep keeps the page that was opened, and those that the site wants to have at
// hand. With a new release these are fetched anew; other pages when they are
// opened, so a release costs no reader more than a first visit.
async function keep({ opened, keep: wanted }) {
  const cache = await caches.open(name);
  const mark = base + "release";
  const before = await (await cache.match(mark))?.text();
  for (const address of new Set([opened, ...wanted])) {
    const url = new URL(address);
    const has = await cache.match(address);
    if (url.origin === self.location.origin && isPage(url) && (!has || before !== release)) {
      await take(cache, address, address === opened).catch(() => {});
    }
  }
  if (before === release) return;
  await cache.put(mark, new Response(release));
  await clean(cache);
}

// clean drops assets that no kept page names any more.
async function clean(cache) {
  let named = "";
  for (const answer of await cache.matchAll()) {
    if (/html|css|javascript/.test(answer.headers.get("Content-Type"))) named += await answer.text();
  }
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    if ((isIndex(url) && url.search) || (isAsset(url) && !named.includes(url.pathname.split("/").pop()))) await cache.delete(request);
  }
}
