/**
 * Keeps the app on the phone, and nothing but the app: exactly the files of one build, each checked
 * against the hash that stands here. What the server answers under /v1 never enters this cache.
 * A new version waits until the person says yes.
 */
const scope = self as unknown as ServiceWorkerGlobalScope;

const BUILD = '__BUILD__';
const FILES = JSON.parse('__FILES__') as [name: string, sha256: string][];
const CACHE = `baikoo-${BUILD}`;
const names = new Set(FILES.map(([name]) => `/${name}`));

scope.addEventListener('install', (event) => {
  event.waitUntil(keepAll());
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
      await scope.clients.claim();
    })(),
  );
});

scope.addEventListener('message', (event) => {
  if (event.data === 'take-over') event.waitUntil(scope.skipWaiting());
  if (event.data === 'build') event.ports[0]?.postMessage(BUILD);
});

// Background Sync: the phone has a network again. The core lives in the page's worker, so an open
// page is told; with none open there is no key to sync with, and nothing is tried.
scope.addEventListener('sync', (event) => {
  (event as ExtendableEvent).waitUntil(
    (async () => {
      for (const client of await scope.clients.matchAll({ type: 'window' })) client.postMessage('network');
    })(),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  const path = request.mode === 'navigate' && !names.has(url.pathname) && !url.pathname.startsWith('/v1') ? '/index.html' : url.pathname;
  if (!names.has(path)) return;
  event.respondWith(kept(path, request));
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  const have = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  // A cut network leaves what has come; the next try fetches the rest.
  const missing = FILES.filter(([name]) => !have.has(`/${name}`));
  for (let at = 0; at < missing.length; at += 6) {
    await Promise.all(missing.slice(at, at + 6).map((file) => keep(cache, file)));
  }
}

async function keep(cache: Cache, [name, sha256]: [string, string]): Promise<void> {
  const immutable = name.startsWith('assets/');
  const response = await fetch(`/${name}`, {
    integrity: `sha256-${sha256}`,
    cache: immutable ? 'default' : 'no-cache',
    credentials: 'omit',
  });
  if (!response.ok) throw new Error(`the server has no ${name}`);
  await cache.put(`/${name}`, response);
}

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
