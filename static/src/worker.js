// The service worker of the phone pages. It keeps the static files named by /h5/sw.js and the offline page, which are
// the same for everybody; pages about a person are never kept, and no answer to any request is stored.
const NAME = 'files-' + self.kept.files.join('|');

self.addEventListener('install', function (event) {
  event.waitUntil(
    caches.open(NAME).then(function (cache) {
      // Past the browser's own cache for the page: an old one would name files that are gone.
      const page = new Request(self.kept.offline, { cache: 'reload', credentials: 'omit' });
      return cache.addAll(self.kept.files.concat(page));
    }).then(function () { return self.skipWaiting(); })
  );
});

self.addEventListener('activate', function (event) {
  event.waitUntil(
    caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name !== NAME; }).map(function (name) { return caches.delete(name); }));
    }).then(function () { return self.clients.claim(); })
  );
});

self.addEventListener('fetch', function (event) {
  const request = event.request;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(offline));
  } else if (request.method === 'GET' && self.kept.files.indexOf(address.pathname) >= 0) {
    event.respondWith(caches.match(address.pathname).then(function (kept) { return kept || fetch(request); }));
  }
});

function offline() {
  return caches.match(self.kept.offline).then(function (page) { return page || Response.error(); });
}
