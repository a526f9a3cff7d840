/**
 * Dates and times in the reader's language. Browsers may know no Kyrgyz or Tajik month names, so
 * these are here; and the order of day and month is the same in all our languages but English.
 */
import type { Lang } from '../core/types';

const MONTHS: Record<Lang, string[]> = {
  ky: ['январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь', 'декабрь'],
  ru: ['январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь', 'декабрь'],
  uz: ['yanvar', 'fevral', 'mart', 'aprel', 'may', 'iyun', 'iyul', 'avgust', 'sentabr', 'oktabr', 'noyabr', 'dekabr'],
  tg: ['январ', 'феврал', 'март', 'апрел', 'май', 'июн', 'июл', 'август', 'сентябр', 'октябр', 'ноябр', 'декабр'],
  kk: ['қаңтар', 'ақпан', 'наурыз', 'сәуір', 'мамыр', 'маусым', 'шілде', 'тамыз', 'қыркүйек', 'қазан', 'қараша', 'желтоқсан'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};
const RU_OF = ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'];

export interface Edtf {
  year: number;
  month?: number;
  day?: number;
  estimate: boolean;
  uncertain: boolean;
}

/** Reads the part of EDTF that answers use; null if it is something else. */
export function readEdtf(text: string): Edtf | null {
  const match = /^(\d{4})(?:-(\d{2}|XX)(?:-(\d{2}|XX))?)?([~?%]?)$/.exec(text);
  if (!match) return null;
  const known = (part: string | undefined) => (part === undefined || part === 'XX' ? undefined : Number(part));
  const [, year, month, day, mark] = match;
  return { year: Number(year), month: known(month), day: known(day), estimate: mark === '~' || mark === '%', uncertain: mark === '?' || mark === '%' };
}

export function writeEdtf({ year, month, day, estimate, uncertain }: Edtf): string {
  const parts = [String(year).padStart(4, '0')];
  if (month !== undefined) {
    parts.push(String(month).padStart(2, '0'));
    if (day !== undefined) parts.push(String(day).padStart(2, '0'));
  }
  return parts.join('-') + (estimate && uncertain ? '%' : estimate ? '~' : uncertain ? '?' : '');
}

export function monthNames(lang: Lang): string[] {
  return MONTHS[lang];
}

/** `29 April 2021`, `April 2021`, `2021`; the year is left out if it is this one. */
export function dayWords(year: number, month: number | undefined, day: number | undefined, lang: Lang, thisYear?: number): string {
  if (month === undefined) return yearWords(year, lang);
  const name = day !== undefined && lang === 'ru' ? RU_OF[month - 1]! : MONTHS[lang][month - 1]!;
  const shown = year === thisYear ? '' : yearWords(year, lang);
  if (day === undefined) return lang === 'en' || lang === 'ru' || lang === 'tg' ? `${name} ${shown || year}` : `${shown || yearWords(year, lang)} ${name}`;
  switch (lang) {
    case 'ky':
    case 'kk':
      return [shown, `${day}-${name}`].filter(Boolean).join(' ');
    case 'uz':
      return [shown, `${day}-${name}`].filter(Boolean).join(' ');
    default:
      return [day, name, shown].filter(Boolean).join(' ');
  }
}

function yearWords(year: number, lang: Lang): string {
  return { ky: `${year}-ж.`, kk: `${year} ж.`, uz: `${year}-yil`, ru: String(year), tg: String(year), en: String(year) }[lang];
}

/** An EDTF date for reading; `about` is the word put before an estimate. What can't be read is shown as it is. */
export function edtfWords(text: string, lang: Lang, about: string, now = new Date()): string {
  const date = readEdtf(text);
  if (!date) return text;
  const words = dayWords(date.year, date.month, date.day, lang, now.getFullYear());
  return (date.estimate ? `${about} ${words}` : words) + (date.uncertain ? ' (?)' : '');
}

export interface NearWords {
  today: string;
  yesterday: string;
}

/** When something was done here: `14:02` today, `yesterday 9:15`, else the day. */
export function momentWords(ms: number, lang: Lang, near: NearWords, now = new Date()): string {
  const at = new Date(ms);
  const clock = `${at.getHours()}:${String(at.getMinutes()).padStart(2, '0')}`;
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `${near.today} ${clock}`;
  if (days === 1) return `${near.yesterday} ${clock}`;
  return `${dayWords(at.getFullYear(), at.getMonth() + 1, at.getDate(), lang, now.getFullYear())}, ${clock}`;
}

/** The same without the clock. */
export function nearDayWords(ms: number, lang: Lang, near: NearWords, now = new Date()): string {
  const at = new Date(ms);
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return near.today;
  if (days === 1) return near.yesterday;
  return dayWords(at.getFullYear(), at.getMonth() + 1, at.getDate(), lang, now.getFullYear());
}

function dayNumber(date: Date): number {
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** Today and yesterday as the phone's own clock has them: `2021-04-29`. */
export function localDay(now: Date, daysAgo = 0): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
  return writeEdtf({ year: day.getFullYear(), month: day.getMonth() + 1, day: day.getDate(), estimate: false, uncertain: false });
}
