// The service worker: the shell of the pages is there without a connection.
//
// It answers for two things alone. Files below assets/ have a hash of their content in their names:
// what is kept of them is right for ever. The pages themselves are asked for over the network; where
// that gives nothing within a few seconds, the page that was kept stands in. Everything else, sound
// and API and whatever bears a token, goes past it untouched.
//
// Its text has the build's own number in it, and the server writes before it whether there is an API
// (`page.py`): the pages are others then. So a new build, and a server that has got an API, is a new
// worker with a cache of its own. It takes over at once; pages that are open go on with what they have
// loaded, and may still need a chunk of theirs: the cache of the build before is kept, too.
//
// All programs of one host share its caches. So their names have the path of this one in them; no path
// has a space, so none begins as another does.

const SCOPE = new URL(self.registration.scope);
const PREFIX = `soundbridge-shell ${SCOPE.pathname} `;
const NAME = `${PREFIX}${BUILD}${self.HAS_API ? "-api" : ""}`;
const PAGES = new Set(["", "upload", "mine"]);
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) {
    return;
  }
  const path = url.pathname.slice(SCOPE.pathname.length);
  if (request.mode === "navigate" && PAGES.has(path)) {
    event.respondWith(page(request));
  } else if (/^assets\/[\w.-]+$/.test(path) && !request.headers.has("range")) {
    event.respondWith(asset(request));
  }
});

/** Keep the page, and what it may ask for; what is large comes when it is asked for. */
async function install() {
  const cache = await caches.open(NAME);
  await cache.addAll([new Request("./", { cache: "no-cache" }), ...SHELL]);
  await self.skipWaiting();
}

/** Take over, and drop what older builds kept, but for the last one: its pages may be open. */
async function activate() {
  await self.clients.claim();
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

async function page(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match("./");
  const fresh = fetch(request);
  if (!kept) {
    return fresh;
  }
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([fresh.catch(() => kept), late]);
}

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) {
    return kept;
  }
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(NAME);
    await cache.put(request, response.clone());
  }
  return response;
}
