/** Fills a message. Some browsers know no plural rules for Kyrgyz or Tajik; these have two forms. */
import type { Lang } from '../core/types';

export type Plural = { one?: string; few?: string; many?: string; other: string };
export type Entry = string | Plural;
export type Vars = Record<string, string | number>;

export function fill(entry: Entry, vars: Vars, lang: Lang): string {
  const text = typeof entry === 'string' ? entry : (entry[category(Number(vars.n), lang)] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in vars ? String(vars[name]) : whole));
}

function category(n: number, lang: Lang): keyof Plural {
  if (lang === 'ru') {
    const [last, lastTwo] = [n % 10, n % 100];
    if (last === 1 && lastTwo !== 11) return 'one';
    if (last >= 2 && last <= 4 && (lastTwo < 12 || lastTwo > 14)) return 'few';
    return 'many';
  }
  return n === 1 ? 'one' : 'other';
}
