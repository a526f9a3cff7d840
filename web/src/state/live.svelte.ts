/** Answers of the core that stay fresh: asked again whenever something has changed. */
import { CoreError, onCoreEvent, type CoreEvent } from '../core';

export interface Live<T> {
  /** The last answer; undefined before the first. */
  readonly value: T | undefined;
  readonly error: CoreError | undefined;
  refresh(): void;
}

/**
 * Call it while a component is set up. What `load` reads before its first `await` (the language, a
 * filter) is followed too. An answer that was overtaken by a later one is thrown away.
 */
export function live<T>(load: () => Promise<T>, on: CoreEvent['type'] = 'changed'): Live<T> {
  let value = $state.raw<T>();
  let error = $state.raw<CoreError>();
  let round = $state(0);

  $effect(() => {
    void round;
    let overtaken = false;
    load().then(
      (answer) => {
        if (overtaken) return;
        value = answer;
        error = undefined;
      },
      (thrown) => {
        if (!overtaken) error = CoreError.from(thrown);
      },
    );
    return () => (overtaken = true);
  });
  $effect(() => onCoreEvent((event) => event.type === on && round++));

  return {
    get value() {
      return value;
    },
    get error() {
      return error;
    },
    refresh: () => void round++,
  };
}
