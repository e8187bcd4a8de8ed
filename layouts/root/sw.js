// Keeps what was opened readable without a network. Pages come from the network
// first, so nobody reads old settings while there is a connection; assets have
// their content in their name and never change. The release below changes the
// bytes of this file, so that a new release makes browsers refresh what they keep.
const release = "{{ .Release }}";
const name = "wegwijs";
const patience = 4000; // ms for the network before a kept copy will do

const base = new URL("./", self.location).pathname; // the site may stand in a folder of its host
const isPage = (url) => url.pathname.startsWith(base) && url.pathname.endsWith("/");
const isAsset = (url) => url.pathname.startsWith(base + "assets/");
const isIndex = (url) => url.pathname.startsWith(base + "search/") && url.pathname.endsWith(".js"); // what search finds in

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim().then(refresh));
});
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep));
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
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  const late = new Promise((resolve) => { setTimeout(resolve, patience, kept); });
  return Promise.race([fresh.catch(() => kept), late]);
}

// take fetches a page and the assets that it names into the cache.
async function take(cache, address) {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) {
    if (answer.status === 404 || answer.status === 410) await cache.delete(address);
    return;
  }
  const text = await answer.clone().text();
  await cache.put(address, answer);
  await assets(cache, text, address);
}

// assets keeps what a page, a style sheet or a module names, and what those name.
async function assets(cache, text, base) {
  for (const [path] of text.matchAll(/(?:[\w./-]*\/assets\/|\.\/)[\w.-]+\.(?:css|js|svg|png|webp|avif)/g)) {
    const address = new URL(path, base).href;
    if (!isAsset(new URL(address)) || await cache.match(address)) continue;
    const answer = await fetch(address);
    if (!answer.ok) continue;
    await cache.put(address, answer.clone());
    if (/\.(css|js)$/.test(address)) await assets(cache, await answer.text(), address);
  }
}

async function keep(addresses) {
  const cache = await caches.open(name);
  for (const address of addresses) {
    const url = new URL(address);
    if (url.origin === self.location.origin && isPage(url) && !(await cache.match(address))) {
      await take(cache, address).catch(() => {});
    }
  }
}

// refresh brings what is kept up to the new release and drops assets that no
// kept page names any more.
async function refresh() {
  const cache = await caches.open(name);
  const kept = await cache.keys();
  for (const request of kept) {
    const url = new URL(request.url);
    if (isIndex(url) && url.search) await cache.delete(request);
    else if (isPage(url) || isIndex(url)) await take(cache, request.url).catch(() => {});
  }
  let named = "";
  for (const answer of await cache.matchAll()) {
    if (/html|css|javascript/.test(answer.headers.get("Content-Type"))) named += await answer.text();
  }
  for (const request of kept) {
    const url = new URL(request.url);
    if (isAsset(url) && !named.includes(url.pathname.split("/").pop())) await cache.delete(request);
  }
}
