import { expect, it } from 'vitest';
import { CoreError } from './error';
import { connect, serve } from './rpc';
import type { Core, CoreEvent } from './types';

/** Two ends of one line. */
function line() {
  const listeners: ((event: MessageEvent) => void)[][] = [[], []];
  const end = (here: 0 | 1) => ({
    postMessage: (message: unknown) => {
      const copy = structuredClone(message);
      queueMicrotask(() => listeners[1 - here]!.forEach((listener) => listener({ data: copy } as MessageEvent)));
    },
    addEventListener: (_: 'message', listener: (event: MessageEvent) => void) => void listeners[here]!.push(listener),
  });
  return [end(0), end(1)] as const;
}

it('an answer and a typed refusal come back', async () => {
  const [page, worker] = line();
  serve(worker, async () => ({
    core: {
      fold: async (text: string) => text.toLowerCase(),
      unlock: async () => {
        throw new CoreError('wrong_passphrase');
      },
      lock: () => Promise.reject({ code: 'made up', message: 'x' }),
    } as unknown as Core,
  }));
  const { core } = connect(page, () => undefined);
  expect(await core.fold('KOK')).toBe('kok');
  await expect(core.unlock('no')).rejects.toMatchObject({ code: 'wrong_passphrase' });
  await expect(core.lock()).rejects.toMatchObject({ code: 'internal' });
  await expect(core.me()).rejects.toMatchObject({ code: 'internal' });
});

it('calls that were made before the core was ready wait for it', async () => {
  const [page, worker] = line();
  let ready!: (core: Core) => void;
  const core = new Promise<Core>((done) => (ready = done));
  serve(worker, async () => ({ core: await core }));
  const asked = connect(page, () => undefined).core.fold('a');
  ready({ fold: async () => 'b' } as unknown as Core);
  expect(await asked).toBe('b');
});

it('events reach the page, and a dead worker refuses everything', async () => {
  const [page, worker] = line();
  const seen: CoreEvent[] = [];
  serve(worker, async (emit) => {
    emit({ type: 'changed' });
    return { core: { fold: () => new Promise(() => undefined) } as unknown as Core };
  });
  const { core, fail } = connect(page, (event) => seen.push(event));
  const hanging = core.fold('x');
  await new Promise((done) => setTimeout(done));
  expect(seen).toEqual([{ type: 'changed' }]);
  fail(new CoreError('internal'));
  await expect(hanging).rejects.toMatchObject({ code: 'internal' });
  await expect(core.fold('y')).rejects.toMatchObject({ code: 'internal' });
});
