/** Days as whole numbers since 1970, for counting and comparing what people dated more or less exactly. */
import { readEdtf, writeEdtf } from './dates';

const DAY_MS = 86_400_000;

export interface DaySpan {
  first: number;
  last: number;
}

/** The days that an EDTF date may mean; null if it can't be read. Of an interval its two ends. */
export function daySpan(text: string | null): DaySpan | null {
  if (!text) return null;
  const [from, to] = text.split('/') as [string, string | undefined];
  const start = oneSpan(from);
  if (!start || to === undefined) return start;
  const end = oneSpan(to);
  return end && end.last >= start.first ? { first: start.first, last: end.last } : start;
}

function oneSpan(text: string): DaySpan | null {
  // How sure people were does not matter here, nor the hour.
  const date = readEdtf(text.replace(/[~?%]$/, '').slice(0, 10));
  if (!date) return null;
  const { year, month, day } = date;
  if (month === undefined) return { first: dayOf(year, 1, 1), last: dayOf(year + 1, 1, 1) - 1 };
  if (day === undefined) return { first: dayOf(year, month, 1), last: dayOf(year, month + 1, 1) - 1 };
  return { first: dayOf(year, month, day), last: dayOf(year, month, day) };
}

export function dayOf(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY_MS);
}

export function partsOf(dayNumber: number): { year: number; month: number; day: number } {
  const date = new Date(dayNumber * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The day as the form writes it: `2021-04-29`. */
export function writeDay(dayNumber: number): string {
  return writeEdtf({ ...partsOf(dayNumber), estimate: false, uncertain: false });
}

/** The Monday on or before a day. 1970 began on a Thursday. */
export function mondayOf(dayNumber: number): number {
  return dayNumber - ((((dayNumber + 3) % 7) + 7) % 7);
}
