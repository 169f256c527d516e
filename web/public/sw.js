// Keeps the page and the models that were tried, so that trying a model works without the server. Patients' data, runs and
// everything else under /api is never kept.
const kept = "bedside-page-1";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll(["/", "/theme.js", "/icon.svg", "/app.webmanifest"])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== kept).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && !url.pathname.startsWith("/api/") && !url.pathname.startsWith("/launch/")) {
    event.respondWith(fresh("/", request));
  } else if (url.pathname === "/theme.js") {
    event.respondWith(fresh(request, request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(once(request));
  } else if (/^\/api\/models(\/|$)/.test(url.pathname)) {
    event.respondWith(fresh(request, request));
  }
});

/** From the server, or as it was kept last. */
async function fresh(key, request) {
  const cache = await caches.open(kept);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(key, answer.clone());
    return answer;
  } catch (cause) {
    const before = await cache.match(key);
    if (before) return before;
    throw cause;
  }
}

/** Files whose names change with their content are asked for once. */
async function once(request) {
  const cache = await caches.open(kept);
  const before = await cache.match(request);
  if (before) return before;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
