// Keeps all that this page has loaded from its own server, so that it opens and works without a network.
const KEPT = 'cscfuse';

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(
    (async () => {
      const files = await (await fetch('offline.json')).json();
      await (await caches.open(KEPT)).addAll(files);
    })(),
  );
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// The network first: a new version shows at once. What is kept serves when there is none.
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    (async () => {
      const kept = await caches.open(KEPT);
      try {
        const response = await fetch(request);
        if (response.ok) await kept.put(request, response.clone());
        return response;
      } catch (problem) {
        const match = await kept.match(request);
        if (match) return match;
        throw problem;
      }
    })(),
  );
});
