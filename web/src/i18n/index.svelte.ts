/** Words of the app, in six languages. The key says where they stand: `Home.new` is Home's button. */
import type { Lang } from '../core/types';
import type coordinator from './coordinator/en.json';
import type english from './en.json';
import { fill, type Entry, type Vars } from './fill';

export type Key = keyof typeof english | keyof typeof coordinator;
export type Catalogue = Record<Key, Entry>;

/** Each in its own words, so that it is found by who speaks it. */
export const LANGUAGES: readonly { code: Lang; name: string }[] = [
  { code: 'ky', name: 'Кыргызча' },
  { code: 'ru', name: 'Русский' },
  { code: 'uz', name: 'Oʻzbekcha' },
  { code: 'tg', name: 'Тоҷикӣ' },
  { code: 'kk', name: 'Қазақша' },
  { code: 'en', name: 'English' },
];

type Load = () => Promise<{ default: unknown }>;
const catalogues: Record<Lang, Load> = {
  ky: () => import('./ky.json'),
  ru: () => import('./ru.json'),
  uz: () => import('./uz.json'),
  tg: () => import('./tg.json'),
  kk: () => import('./kk.json'),
  en: () => import('./en.json'),
};

/** What only coordinators read, and only they load. */
const coordinators: Record<Lang, Load> = {
  ky: () => import('./coordinator/ky.json'),
  ru: () => import('./coordinator/ru.json'),
  uz: () => import('./coordinator/uz.json'),
  tg: () => import('./coordinator/tg.json'),
  kk: () => import('./coordinator/kk.json'),
  en: () => import('./coordinator/en.json'),
};

let coordinates = false;
let language = $state<Lang>('ky');
let words = $state.raw<Partial<Catalogue>>({});

/** The language of the screen, and of every label that the core is asked for. */
export function lang(): Lang {
  return language;
}

/** From now on the words for coordinators are there, too. */
export function speakToCoordinators(): Promise<void> {
  if (coordinates) return Promise.resolve();
  coordinates = true;
  return speak(language);
}

export async function speak(wanted: Lang): Promise<void> {
  const [{ default: catalogue }, more] = await Promise.all([catalogues[wanted](), coordinates ? coordinators[wanted]() : null]);
  language = wanted;
  words = { ...(more?.default as Catalogue | undefined), ...(catalogue as Catalogue) };
  document.documentElement.lang = wanted;
}

/** The words for a key. `{n}` and other names are filled in; `n` also chooses the plural. */
export function t(key: Key, vars: Vars = {}): string {
  const entry = words[key];
  return entry === undefined ? '' : fill(entry, vars, language);
}

/** The language that the browser asks for, if it is one of ours. */
export function guessLanguage(wanted: readonly string[]): Lang {
  for (const tag of wanted) {
    const found = LANGUAGES.find(({ code }) => tag.toLowerCase().split('-')[0] === code);
    if (found) return found.code;
  }
  return 'ky';
}
