/** Single keys, by their place on the keyboard, so that they work in a Cyrillic layout too. */
export type Shortcut = 'next' | 'previous' | 'open' | 'search' | 'edit' | 'review' | 'talk' | 'history' | 'filters' | 'help' | 'close' | { view: number };

export interface Press {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export function shortcut(press: Press): Shortcut | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === 'Escape') return 'close';
  if (press.key === '?' || (press.code === 'Slash' && press.shiftKey)) return 'help';
  if (press.key === '/' || press.code === 'Slash') return 'search';
  if (press.shiftKey) return null;
  const digit = /^Digit([1-7])$/.exec(press.code)?.[1];
  if (digit) return { view: Number(digit) - 1 };
  const letters: Record<string, Shortcut> = { KeyJ: 'next', KeyK: 'previous', KeyO: 'open', KeyE: 'edit', KeyV: 'review', KeyT: 'talk', KeyH: 'history', KeyF: 'filters' };
  return letters[press.code] ?? null;
}
