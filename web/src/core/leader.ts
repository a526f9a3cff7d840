/**
 * One tab owns the database. The others wait in line, and may ask the owner to stand back; an owner
 * that does not answer is pushed aside.
 */
const LOCK = 'baikoo';
const YIELD_MS = 3000;

export interface Leadership {
  /** Asks whoever leads to stop, and takes its place. */
  takeOver(): void;
}

/** `lead` runs when this tab becomes the owner, `stop` when it no longer is. */
export function contend(lead: () => void, stop: () => void, elsewhere: () => void): Leadership {
  const channel = new BroadcastChannel('baikoo-leader');
  let release: (() => void) | null = null;
  let queue = new AbortController();

  const hold = () => {
    lead();
    return new Promise<void>((done) => (release = done));
  };
  const lost = () => {
    if (!release) return;
    release = null;
    stop();
    elsewhere();
  };
  const waitInLine = () => {
    queue = new AbortController();
    navigator.locks
      .request(LOCK, { signal: queue.signal }, hold)
      .then(lost)
      .catch((error: Error) => {
        // Either the owner was pushed aside, or we left the line ourselves to push.
        if (error.name === 'AbortError' && !queue.signal.aborted) lost();
      });
  };

  channel.addEventListener('message', ({ data }) => {
    if (data !== 'yield' || !release) return;
    const done = release;
    release = null;
    stop();
    elsewhere();
    done();
    setTimeout(waitInLine, 500);
  });

  navigator.locks
    .request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock) return hold();
      elsewhere();
      waitInLine();
    })
    .then(lost)
    // Where nothing may be stored there are no locks either: the core is started, and says so.
    .catch((error: Error) => (error.name === 'SecurityError' ? lead() : lost()));

  return {
    takeOver() {
      channel.postMessage('yield');
      setTimeout(() => {
        if (release) return;
        queue.abort();
        navigator.locks.request(LOCK, { steal: true }, hold).then(lost).catch(lost);
      }, YIELD_MS);
    },
  };
}
