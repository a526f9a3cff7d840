/** The version that is kept on this phone, and a newer one that waits to be let in. */
import { ownScript } from '../core';

let waiting = $state.raw<ServiceWorker | null>(null);
let accepted = false;

export const update = {
  get waiting() {
    return waiting !== null;
  },
};

export async function keepApp(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const registration = await navigator.serviceWorker
    .register(ownScript('/sw.js'), { updateViaCache: 'none' })
    .catch(() => null);
  if (!registration) return;
  const look = () => (waiting = navigator.serviceWorker.controller ? registration.waiting : null);
  look();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  navigator.serviceWorker.addEventListener('controllerchange', () => accepted && location.reload());
}

/** Lets the newer version in. The page starts again, locked. */
export function acceptUpdate(): void {
  accepted = true;
  waiting?.postMessage('take-over');
}

/** The hash over all files of the version in use; null while none is kept. */
export async function buildHash(which: 'kept' | 'waiting' = 'kept'): Promise<string | null> {
  const worker = which === 'kept' ? navigator.serviceWorker?.controller : waiting;
  if (!worker) return null;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(String(data));
    setTimeout(() => resolve(null), 1000);
    worker.postMessage('build', [port2]);
  });
}
