/**
 * The only door from the screens to the data. There is one core, in the worker of the tab that
 * leads; `core` always points to it, and refuses with `busy_elsewhere` while another tab leads.
 */
import { CoreError } from './error';
import { connect, type Nudge } from './rpc';
import type { Core, CoreEvent } from './types';
import workerUrl from './worker?worker&url';

export * from './types';
export { CoreError, ERROR_CODES, type ErrorCode } from './error';

let worker: Worker | null = null;
let current: ReturnType<typeof connect> | null = null;
const listeners = new Set<(event: CoreEvent) => void>();

/** All methods of the core, whichever worker serves them now. */
export const core = new Proxy({} as Core, {
  get(_, method) {
    if (typeof method !== 'string' || method === 'then') return undefined;
    return (...args: unknown[]) => {
      if (!current) return Promise.reject(new CoreError('busy_elsewhere'));
      return (current.core as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]!(...args);
    };
  },
});

export function onCoreEvent(listener: (event: CoreEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts the worker: this tab leads now. */
export function startCore(): void {
  stopCore();
  worker = new Worker(ownScript(workerUrl), { type: 'module', name: 'core' });
  current = connect(worker, (event) => listeners.forEach((listener) => listener(event)));
  const crashed = current;
  worker.addEventListener('error', () => crashed.fail(new CoreError('internal', 'the worker stopped')));
}

/** Ends the worker, and with it every key that it held. */
export function stopCore(): void {
  worker?.terminate();
  current?.fail(new CoreError('busy_elsewhere'));
  worker = null;
  current = null;
}

/** Passes on what only a page can know. */
export function nudgeCore(type: Nudge['type']): void {
  worker?.postMessage({ type } satisfies Nudge);
}

interface ScriptPolicy {
  createScriptURL(url: string): string;
}
const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy } }).trustedTypes;
const policy = factory?.createPolicy('baikoo', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError('not our script');
    return url;
  },
});

/** A script's address as browsers with Trusted Types want it: only our own origin's. */
export function ownScript(url: string): string {
  return policy ? policy.createScriptURL(url) : url;
}
