/**
 * The life of the app: who leads, whether it is locked, who is in. Locking forgets everything that
 * was on a screen.
 */
import { tick } from 'svelte';
import { core, CoreError, nudgeCore, onCoreEvent, startCore, stopCore, type Me, type Phase } from '../core';
import { contend, type Leadership } from '../core/leader';
import { prefs } from './prefs.svelte';
import { goHome } from './route.svelte';

type Stage = 'starting' | 'elsewhere' | 'broken' | Phase;

let stage = $state<Stage>('starting');
let me = $state.raw<Me>();
let trouble = $state.raw<CoreError>();
let leadership: Leadership | undefined;

export const session = {
  get stage() {
    return stage;
  },
  /** Who uses this device; set while it is open. */
  get me() {
    return me!;
  },
  get trouble() {
    return trouble;
  },
};

export function startSession(): void {
  leadership = contend(
    () => {
      startCore();
      void refreshStage();
    },
    () => {
      stopCore();
      forget();
    },
    () => (stage = 'elsewhere'),
  );
  onCoreEvent((event) => {
    if (event.type === 'locked') void refreshStage();
    if (event.type === 'sync') void wakeWithNetwork().catch(() => undefined);
  });
  watchPresence();
}

/** Asks the core how things stand, after anything that may have changed it. */
export async function refreshStage(): Promise<void> {
  try {
    const { phase } = await core.status();
    if (phase === 'open') me = await core.me();
    else forget();
    stage = phase;
  } catch (thrown) {
    trouble = CoreError.from(thrown);
    stage = trouble.code === 'busy_elsewhere' ? 'elsewhere' : 'broken';
  }
}

export function takeOver(): void {
  stage = 'starting';
  leadership?.takeOver();
}

/** Locks at once: what is on the screen goes first, then the key. */
export async function lock(): Promise<void> {
  if (stage !== 'open') return;
  stage = 'locked';
  forget();
  // Screens that are being left hand in what was typed last; that goes before the lock.
  await tick();
  await new Promise((done) => setTimeout(done));
  await core.lock().catch(() => stopCore());
}

/** Leaves for a page that says nothing. The key goes with the worker, whatever the core is doing. */
export function quickExit(): void {
  const wasOpen = stage === 'open';
  stage = 'starting';
  forget();
  if (wasOpen) void core.lock().catch(() => undefined);
  stopCore();
  location.replace('/away.html');
}

const keepers = new Set<() => void>();

/** For what keeps something of a screen in memory: it must let go when the app is locked. */
export function whenForgotten(letGo: () => void): void {
  keepers.add(letGo);
}

function forget(): void {
  me = undefined;
  goHome();
  for (const letGo of keepers) letGo();
}

const MINUTE_MS = 60_000;
/** Who looks at the screen waits for what is new; the core alone looks every few minutes. */
const LOOK_EVERY_MS = 20_000;

async function look(): Promise<void> {
  if (stage !== 'open' || document.visibilityState !== 'visible' || !navigator.onLine) return;
  const { phase, trouble } = await core.syncStatus();
  // After a failure the core's own patience counts.
  if (phase === 'waiting' && trouble === null) await core.syncNow();
}

let wakingAsked = false;

/**
 * Background Sync: while something waits for a network, the browser is asked to say when there is one.
 * It wakes a page that sleeps. With no page open, or a locked one, there is no key to sync with, and it
 * does nothing: what waits is sent after the next unlocking.
 */
async function wakeWithNetwork(): Promise<void> {
  if (stage !== 'open') return;
  const { phase, waiting_reports: waiting } = await core.syncStatus();
  if (waiting === 0) wakingAsked = false;
  // Something is to be sent, and the last try failed.
  const stuck = waiting > 0 && (phase === 'waiting' || phase === 'offline');
  if (!stuck || wakingAsked || !('serviceWorker' in navigator)) return;
  wakingAsked = true;
  const registration = (await navigator.serviceWorker.ready) as ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
  await registration.sync?.register('network');
}

/** Auto-lock, quick exit by Esc three times, and what the worker can't see for itself. */
function watchPresence(): void {
  let lastTouchMs = Date.now();
  const touch = () => (lastTouchMs = Date.now());
  for (const type of ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const) {
    window.addEventListener(type, touch, { passive: true, capture: true });
  }
  const lockIfLeft = () => {
    if (stage === 'open' && Date.now() - lastTouchMs > prefs.autoLockMinutes * MINUTE_MS) void lock();
  };
  setInterval(lockIfLeft, 10_000);
  setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);

  document.addEventListener('visibilitychange', () => {
    // Timers sleep with the phone, so the time is checked when it wakes.
    if (document.visibilityState === 'visible') lockIfLeft();
    nudgeCore(document.visibilityState === 'visible' ? 'visible' : 'hidden');
  });
  window.addEventListener('online', () => nudgeCore('online'));
  window.addEventListener('offline', () => nudgeCore('offline'));
  navigator.serviceWorker?.addEventListener('message', ({ data }) => data === 'network' && nudgeCore('online'));

  let escapes: number[] = [];
  window.addEventListener('keydown', ({ key }) => {
    escapes = key === 'Escape' ? [...escapes, Date.now()].filter((time) => Date.now() - time < 1500) : [];
    if (escapes.length >= 3) quickExit();
  });
}
