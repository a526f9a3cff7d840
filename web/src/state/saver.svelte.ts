/**
 * Saves what is given, in order, and says *saved* only when the core has it on disk. For a text the
 * newest version overtakes those that still wait.
 */
import { CoreError } from '../core/error';

export type SaveState = 'idle' | 'writing' | 'saved' | 'failed';

export class Saver {
  state = $state<SaveState>('idle');
  error = $state.raw<CoreError>();
  #waiting = new Map<string, () => Promise<unknown>>();
  #running: Promise<void> | null = null;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** Saves now. `key` names what is saved; a later save of the same replaces one that waits. */
  save(key: string, write: () => Promise<unknown>): Promise<void> {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#waiting.set(key, write);
    this.state = 'writing';
    this.#running ??= this.#drain();
    return this.#running;
  }

  /** Saves when the typing pauses. */
  saveSoon(key: string, write: () => Promise<unknown>, delayMs = 400): void {
    clearTimeout(this.#timers.get(key));
    this.state = 'writing';
    this.#typed.set(key, write);
    this.#timers.set(
      key,
      setTimeout(() => this.#flushKey(key), delayMs),
    );
  }

  /** Saves at once all that still waits for a pause: the screen is being left. */
  async flush(): Promise<void> {
    for (const key of [...this.#timers.keys()]) this.#flushKey(key);
    await this.#running;
  }

  /** Tries again what failed. */
  retry(): void {
    if (this.#waiting.size) {
      this.state = 'writing';
      this.#running ??= this.#drain();
    }
  }

  #typed = new Map<string, () => Promise<unknown>>();

  #flushKey(key: string): void {
    const write = this.#typed.get(key);
    this.#typed.delete(key);
    if (write) void this.save(key, write);
  }

  async #drain(): Promise<void> {
    // Yield once, so that `#running` is set before it is cleared.
    await Promise.resolve();
    while (this.#waiting.size) {
      const [key, write] = this.#waiting.entries().next().value!;
      try {
        await write();
        if (this.#waiting.get(key) === write) this.#waiting.delete(key);
      } catch (thrown) {
        this.error = CoreError.from(thrown);
        this.state = 'failed';
        this.#running = null;
        return;
      }
    }
    this.#running = null;
    this.error = undefined;
    this.state = this.#timers.size ? 'writing' : 'saved';
  }
}
