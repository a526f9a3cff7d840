/** What this browser remembers outside the locked database: nothing that tells anything. */
import type { Lang } from '../core/types';
import { guessLanguage, speak } from '../i18n/index.svelte';

export type Theme = 'system' | 'light' | 'dark';
export const AUTO_LOCK_MINUTES = [1, 5, 15, 60] as const;

interface Prefs {
  lang: Lang;
  theme: Theme;
  autoLockMinutes: number;
}

const KEY = 'prefs';
const stored = read();
export const prefs = $state<Prefs>({
  lang: stored.lang ?? guessLanguage(navigator.languages),
  theme: stored.theme ?? 'system',
  autoLockMinutes: stored.autoLockMinutes ?? 5,
});

export function setPref<K extends keyof Prefs>(key: K, value: Prefs[K]): void {
  prefs[key] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // A browser that refuses to remember is still good for today.
  }
  if (key === 'lang') void speak(prefs.lang);
  if (key === 'theme') showTheme();
}

// Another tab may wait to take over: what is chosen in one holds in all.
globalThis.addEventListener?.('storage', ({ key }) => {
  if (key !== KEY) return;
  Object.assign(prefs, read());
  void speak(prefs.lang);
  showTheme();
});

export function showTheme(): void {
  if (prefs.theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = prefs.theme;
}

function read(): Partial<Prefs> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Prefs>;
  } catch {
    return {};
  }
}
