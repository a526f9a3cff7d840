/**
 * The app may be handed out by `baikoo app`, from a folder of this machine. Its policy lets it speak
 * with its own address alone, so calls to the workspace's server go there, and are passed on.
 */
const HERE = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Where a call goes instead, and which server it is meant for; null if it goes where it says. */
export function throughRelay(url: string, own: string): { url: string; server: string } | null {
  const [wanted, here] = [new URL(url), new URL(own)];
  if (wanted.origin === here.origin || !HERE.has(here.hostname)) return null;
  return { url: `${here.origin}/relay${wanted.pathname}`, server: wanted.origin };
}

interface Scope {
  fetch: typeof fetch;
  location: { href: string };
}

/** In the worker, before the core is started. */
export function callThroughRelay(scope: Scope): void {
  const fetchItself = scope.fetch.bind(scope);
  scope.fetch = async (input, init) => {
    const instead = throughRelay(new URL(input instanceof Request ? input.url : input, scope.location.href).href, scope.location.href);
    if (!instead) return fetchItself(input, init);
    const request = new Request(input, init);
    const headers = new Headers(request.headers);
    headers.set('x-baikoo-server', instead.server);
    // As one piece: browsers stream what goes up over HTTP/2 alone.
    const body = await request.arrayBuffer();
    return fetchItself(instead.url, { method: request.method, headers, body, cache: 'no-store', credentials: 'omit', redirect: 'error' });
  };
}

/** The server that `baikoo app` passes calls on to; else the one that the app came from. */
export async function serverOfThis(): Promise<string> {
  if (!HERE.has(location.hostname)) return location.origin;
  const answer = await fetch('/relay/server', { cache: 'no-store' }).catch(() => null);
  // A server answers with the app for what it does not know.
  const plain = answer?.ok && answer.headers.get('content-type')?.startsWith('text/plain');
  return plain ? answer.text() : location.origin;
}
