import { describe, expect, it } from 'vitest';
import en from './en.json';
import kk from './kk.json';
import ky from './ky.json';
import ru from './ru.json';
import tg from './tg.json';
import uz from './uz.json';
import deskEn from './coordinator/en.json';
import deskKk from './coordinator/kk.json';
import deskKy from './coordinator/ky.json';
import deskRu from './coordinator/ru.json';
import deskTg from './coordinator/tg.json';
import deskUz from './coordinator/uz.json';
import { fill, type Entry } from './fill';
import { ERROR_CODES } from '../core/error';

const names = (entry: Entry) =>
  [...new Set(JSON.stringify(entry).match(/\{\w+\}/g) ?? [])].sort();

const catalogues = [
  ...Object.entries({ ky, ru, uz, tg, kk }).map(([lang, words]) => [lang, words, en] as const),
  ...Object.entries({ ky: deskKy, ru: deskRu, uz: deskUz, tg: deskTg, kk: deskKk }).map(([lang, words]) => [`${lang} for coordinators`, words, deskEn] as const),
];

describe.each(catalogues)('the catalogue %s', (_, catalogue, english) => {
  const wanted = Object.entries(english) as [string, Entry][];
  const words = catalogue as unknown as Record<string, Entry>;
  const keys = Object.keys(words).filter((key) => !key.startsWith('_'));

  it('says everything that English says, and nothing else', () => {
    expect(keys.sort()).toEqual(wanted.map(([key]) => key).sort());
  });

  it('fills in the same names', () => {
    for (const [key, entry] of wanted) expect(names(words[key]!), key).toEqual(names(entry));
  });

  it('leaves nothing empty, and no stray spaces', () => {
    for (const key of keys) {
      for (const text of typeof words[key] === 'string' ? [words[key]] : Object.values(words[key]!)) {
        expect(text.trim(), key).toBe(text);
        expect(text, key).not.toBe('');
      }
    }
  });

  it('has plurals where English has them', () => {
    for (const [key, entry] of wanted) expect(typeof words[key], key).toBe(typeof entry);
  });
});

it('no key stands in both catalogues', () => {
  expect(Object.keys(deskEn).filter((key) => key in en)).toEqual([]);
});

it('every refusal of the core has words', () => {
  for (const code of ERROR_CODES) expect(Object.keys(en)).toContain(`error.${code}`);
});

describe('filling in', () => {
  it('chooses the Russian plural', () => {
    const entry = { one: '{n} отчёт', few: '{n} отчёта', many: '{n} отчётов', other: '{n} отчёта' };
    const say = (n: number) => fill(entry, { n }, 'ru');
    expect([1, 2, 5, 11, 12, 21, 22, 111].map(say)).toEqual([
      '1 отчёт', '2 отчёта', '5 отчётов', '11 отчётов', '12 отчётов', '21 отчёт', '22 отчёта', '111 отчётов',
    ]);
  });

  it('leaves alone what it is not given', () => {
    expect(fill('{a} and {b}', { a: 1 }, 'en')).toBe('1 and {b}');
  });

  it('puts words in as they are, even if they look like a placeholder', () => {
    expect(fill('Keep “{words}”', { words: '{n} $& <b>' }, 'en')).toBe('Keep “{n} $& <b>”');
  });
});
