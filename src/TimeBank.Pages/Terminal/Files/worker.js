// Keeps the terminal's own files, so that it opens without a network. The server puts VERSION, SHELL and FILES before this text. A version
// is kept whole or not at all, and a page never mixes two: a new one takes over once every window of the old one is closed. A window
// that was opened before there was a worker stays without one: it has asked for all its files already.

const CACHE = `terminal-${VERSION}`;

self.addEventListener('install', (event) => event.waitUntil(
  caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' }))))));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith('terminal-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
})()));

self.addEventListener('fetch', (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  const file = request.mode === 'navigate' && (pathname === '/terminal' || pathname === '/terminal/') ? SHELL : pathname;
  if (!FILES.includes(file)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(file)).then((kept) => kept ?? fetch(request)));
});
