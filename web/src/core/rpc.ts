/**
 * The tiny protocol between page and worker: one request, one answer, and events in between.
 * Both ends are here, so that they can't drift apart.
 */
import { CoreError } from './error';
import type { Core, CoreEvent } from './types';

export interface Request {
  id: number;
  method: string;
  args: unknown[];
}

/** What the page tells the worker without waiting for an answer. */
export type Nudge = { type: 'online' | 'offline' | 'visible' | 'hidden' };

export type Reply =
  | { id: number; value: unknown }
  | { id: number; error: { code: string; message: string } }
  | { event: CoreEvent };

interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** The page's end. Every method of the core exists and goes through the port. */
export function connect(port: Port, onEvent: (event: CoreEvent) => void): { core: Core; fail(error: CoreError): void } {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: CoreError): void }>();
  let last = 0;
  let broken: CoreError | null = null;

  port.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    if ('event' in data) return onEvent(data.event);
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) call?.reject(CoreError.from(data.error));
    else call?.resolve(data.value);
  });

  const call = (method: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      const id = ++last;
      waiting.set(id, { resolve, reject });
      // State proxies can't be cloned; what crosses is plain data anyway.
      port.postMessage({ id, method, args: JSON.parse(JSON.stringify(args)) } satisfies Request);
    });

  const core = new Proxy({} as Core, {
    // A promise asks what it is given for `then`.
    get: (_, method) => (typeof method === 'string' && method !== 'then' ? (...args: unknown[]) => call(method, args) : undefined),
  });

  const fail = (error: CoreError) => {
    broken = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return { core, fail };
}

/** The worker's end. */
export function serve(
  port: Port,
  open: (emit: (event: CoreEvent) => void) => Promise<{ core: Core; nudge?(nudge: Nudge): void }>,
): void {
  const opened = open((event) => port.postMessage({ event } satisfies Reply));
  opened.catch(() => undefined);
  port.addEventListener('message', async ({ data }: MessageEvent<Request | Nudge>) => {
    if (!('id' in data)) {
      return void opened.then(({ nudge }) => nudge?.(data)).catch(() => undefined);
    }
    try {
      const { core } = await opened;
      const method = (core as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[data.method];
      if (typeof method !== 'function') throw new CoreError('internal', `no method ${data.method}`);
      port.postMessage({ id: data.id, value: await method.apply(core, data.args) } satisfies Reply);
    } catch (thrown) {
      const { code, message } = CoreError.from(thrown);
      port.postMessage({ id: data.id, error: { code, message } } satisfies Reply);
    }
  });
}
