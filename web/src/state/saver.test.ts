import { expect, it } from 'vitest';
import { CoreError } from '../core/error';
import { Saver } from './saver.svelte';

it('says saved only when it is', async () => {
  const saver = new Saver();
  let finish!: () => void;
  const done = saver.save('a', () => new Promise<void>((resolve) => (finish = resolve)));
  await Promise.resolve();
  await Promise.resolve();
  expect(saver.state).toBe('writing');
  finish();
  await done;
  expect(saver.state).toBe('saved');
});

it('writes what is typed once, the newest, and at once when the screen is left', async () => {
  const saver = new Saver();
  const written: string[] = [];
  for (const text of ['a', 'ab', 'abc']) saver.saveSoon('story', async () => void written.push(text), 10_000);
  expect(saver.state).toBe('writing');
  await saver.flush();
  expect(written).toEqual(['abc']);
  expect(saver.state).toBe('saved');
});

it('keeps what could not be written, and writes it when asked again', async () => {
  const saver = new Saver();
  let full = true;
  const written: string[] = [];
  await saver.save('a', async () => {
    if (full) throw new CoreError('storage_full');
    written.push('a');
  });
  expect(saver.state).toBe('failed');
  expect(saver.error?.code).toBe('storage_full');
  full = false;
  saver.retry();
  await saver.flush();
  expect(written).toEqual(['a']);
  expect(saver.state).toBe('saved');
});
