/** Filters as people handle them: what is set, what to choose from, and taking one away. */
import type { Author, Filter, ReportSummary } from '../core/types';
import { countBy, type Count } from './figures';

export type ListFilter = 'types' | 'districts' | 'stages' | 'reviews' | 'authors' | 'languages';
export type FlagFilter = 'urgent' | 'conflicted' | 'asked' | 'unread';
export const LIST_FILTERS: readonly ListFilter[] = ['types', 'districts', 'reviews', 'stages', 'authors', 'languages'];
export const FLAG_FILTERS: readonly FlagFilter[] = ['urgent', 'conflicted', 'asked', 'unread'];

export type Chip =
  | { kind: 'list'; which: ListFilter; value: string }
  | { kind: 'flag'; which: FlagFilter }
  | { kind: 'from' | 'to'; value: string };

/** What is set, in the order of the panel; the words searched for stand in their own box. */
export function chips(filter: Filter): Chip[] {
  return [
    ...FLAG_FILTERS.filter((which) => filter[which]).map((which) => ({ kind: 'flag' as const, which })),
    ...LIST_FILTERS.flatMap((which) => (filter[which] ?? []).map((value) => ({ kind: 'list' as const, which, value }))),
    ...(filter.from ? [{ kind: 'from' as const, value: filter.from }] : []),
    ...(filter.to ? [{ kind: 'to' as const, value: filter.to }] : []),
  ];
}

export function without(filter: Filter, chip: Chip): Filter {
  switch (chip.kind) {
    case 'list':
      return { ...filter, [chip.which]: (filter[chip.which] ?? []).filter((value) => value !== chip.value) };
    case 'flag':
      return { ...filter, [chip.which]: false };
    default:
      return { ...filter, [chip.kind]: null };
  }
}

export function toggled(filter: Filter, which: ListFilter, values: readonly string[]): Filter {
  const set = filter[which] ?? [];
  const on = values.every((value) => set.includes(value));
  return { ...filter, [which]: on ? set.filter((value) => !values.includes(value)) : [...new Set([...set, ...values])] };
}

/** The same whatever the order, and whether what is not set is left out or empty. */
export function sameFilter(a: Filter, b: Filter): boolean {
  return plain(a) === plain(b);
}

function plain(filter: Filter): string {
  const set = Object.entries(filter)
    .filter(([key, value]) => key !== 'limit' && key !== 'offset' && value && (!Array.isArray(value) || value.length))
    .map(([key, value]) => [key, Array.isArray(value) ? [...value].sort() : value] as const);
  return JSON.stringify(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function isEmpty(filter: Filter): boolean {
  return plain(filter) === '[]';
}

export interface Monitor {
  devices: string[];
  author: Author;
  n: number;
}

export interface Facets {
  types: Count[];
  districts: Count[];
  stages: Count[];
  reviews: Count[];
  languages: Count[];
  authors: Monitor[];
}

/** What there is to choose from, with how many reports each would leave on its own. */
export function facets(reports: readonly ReportSummary[]): Facets {
  const monitors = new Map<string, Monitor>();
  for (const { author } of reports) {
    const key = author.name ?? author.device;
    const known = monitors.get(key);
    if (!known) monitors.set(key, { devices: [author.device], author, n: 1 });
    else {
      known.n++;
      if (!known.devices.includes(author.device)) known.devices.push(author.device);
    }
  }
  return {
    types: countBy(reports, (report) => report.types),
    districts: countBy(reports, (report) => [report.district]),
    stages: countBy(reports, (report) => [report.stage]),
    reviews: countBy(reports, (report) => [report.review]),
    languages: countBy(reports, (report) => [report.language]),
    authors: [...monitors.values()].sort((a, b) => b.n - a.n),
  };
}
