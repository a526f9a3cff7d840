/** Counting what the filters leave. Numbers are of reports, not of events: one event may have several. */
import type { ReportSummary } from '../core/types';
import { daySpan, dayOf, mondayOf, partsOf, writeDay } from './days';

export interface Count {
  key: string;
  n: number;
}

export interface Harm {
  sum: number;
  /** In how many reports a number is given. */
  reports: number;
  /** In how many of these people differ about something. */
  differ: number;
}

/** The most first; equal ones in the order of their names, so that a count never jumps about. */
export function countBy(reports: readonly ReportSummary[], keys: (report: ReportSummary) => readonly (string | null)[]): Count[] {
  const counts = new Map<string, number>();
  for (const report of reports) {
    for (const key of new Set(keys(report))) if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, n]) => ({ key, n })).sort((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1));
}

export function harm(reports: readonly ReportSummary[], which: 'killed' | 'injured'): Harm {
  const said = reports.filter((report) => report[which] !== null && report.stage !== 'withdrawn');
  return {
    sum: said.reduce((sum, report) => sum + report[which]!, 0),
    reports: said.length,
    differ: said.filter((report) => report.conflicts > 0).length,
  };
}

export type Unit = 'day' | 'week' | 'month' | 'year';

export interface Bin {
  /** Its first day, and the last that belongs to it. */
  first: number;
  last: number;
  /** The same as dates, for a filter. */
  from: string;
  to: string;
  n: number;
  killed: number;
  injured: number;
}

export interface Timeline {
  unit: Unit;
  bins: Bin[];
  /** How many have no date, or only a year where bins are shorter. */
  undated: number;
}

const BINS_MAX = 120;

/** The bins stand without gaps, so that quiet times can be seen. */
export function timeline(reports: readonly ReportSummary[], wanted?: Unit): Timeline {
  const dated = reports.flatMap((report) => {
    const span = daySpan(report.date);
    return span ? [{ report, span }] : [];
  });
  if (dated.length === 0) return { unit: wanted ?? 'month', bins: [], undated: reports.length };
  let [first, last] = [Infinity, -Infinity];
  for (const { span } of dated) {
    first = Math.min(first, span.first);
    last = Math.max(last, span.first);
  }
  const unit = wanted ?? unitFor(last - first + 1);
  // What is known less exactly than a bin is long can't be put into one.
  const exact = dated.filter(({ span }) => span.last - span.first < { day: 1, week: 7, month: 31, year: 366 }[unit]);
  const found = new Map<number, Bin>();
  for (const { report, span } of exact) {
    const start = startOf(span.first, unit);
    let bin = found.get(start);
    if (!bin) found.set(start, (bin = empty(start, unit)));
    bin.n++;
    bin.killed += report.killed ?? 0;
    bin.injured += report.injured ?? 0;
  }
  const bins: Bin[] = [];
  if (found.size) {
    const starts = [...found.keys()].sort((a, b) => a - b);
    for (let start = starts[0]!; start <= starts.at(-1)!; start = next(start, unit)) bins.push(found.get(start) ?? empty(start, unit));
  }
  return { unit, bins: bins.slice(-BINS_MAX * 4), undated: reports.length - exact.length };
}

function unitFor(days: number): Unit {
  if (days <= 45) return 'day';
  if (days <= 420) return 'week';
  return days <= 31 * BINS_MAX ? 'month' : 'year';
}

function startOf(day: number, unit: Unit): number {
  const { year, month } = partsOf(day);
  return { day, week: mondayOf(day), month: dayOf(year, month, 1), year: dayOf(year, 1, 1) }[unit];
}

function next(start: number, unit: Unit): number {
  const { year, month } = partsOf(start);
  return { day: start + 1, week: start + 7, month: dayOf(year, month + 1, 1), year: dayOf(year + 1, 1, 1) }[unit];
}

function empty(start: number, unit: Unit): Bin {
  const last = next(start, unit) - 1;
  return { first: start, last, from: writeDay(start), to: writeDay(last), n: 0, killed: 0, injured: 0 };
}

/** A round number at or above the greatest, and the lines to draw below it. */
export function axis(max: number): { top: number; ticks: number[] } {
  if (max <= 4) return { top: Math.max(1, max), ticks: Array.from({ length: Math.max(1, max) }, (_, at) => at + 1) };
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const top = Math.ceil(max / step) * step;
  return { top, ticks: Array.from({ length: Math.round(top / step) }, (_, at) => (at + 1) * step) };
}
