/**
 * Passphrases that can be said aloud in any of our languages: five made-up words of two syllables,
 * each syllable one of 64, so sixty bits. Real word lists would favour one language.
 */
import type { Lang } from '../core/types';

const CONSONANTS = { latin: 'bdgjklmnprstvz', cyrillic: 'бдгжклмнпрстшз' };
const VOWELS = { latin: 'aeiou', cyrillic: 'аеиоу' };
const SYLLABLES = 64;
const WORDS = 5;

export function suggestPassphrase(lang: Lang, random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  const script = lang === 'en' || lang === 'uz' ? 'latin' : 'cyrillic';
  const syllables = [...CONSONANTS[script]].flatMap((c) => [...VOWELS[script]].map((v) => c + v)).slice(0, SYLLABLES);
  const dice = random(new Uint8Array(WORDS * 2));
  const syllable = (at: number) => syllables[dice[at]! % SYLLABLES]!;
  return Array.from({ length: WORDS }, (_, at) => syllable(2 * at) + syllable(2 * at + 1)).join(' ');
}
