/** A long list by pages: only what comes in sight is asked for, and old rows stay until new ones come. */
import { core, CoreError, onCoreEvent } from '../core';
import type { Filter, Lang, ReportSummary } from '../core/types';

const PAGE = 100;
/** What is new is read whole, so that a row stays where it was after it has been read. */
const INBOX_MAX = 1000;
const REFRESH_MS = 500;

export type Source = { kind: 'query'; filter: Filter } | { kind: 'inbox' } | { kind: 'fixed'; reports: ReportSummary[] };

export function sameSource(a: Source, b: Source): boolean {
  if (a.kind === 'query' && b.kind === 'query') return a.filter === b.filter;
  if (a.kind === 'fixed' && b.kind === 'fixed') return a.reports === b.reports;
  return a.kind === b.kind;
}

export class Rows {
  total = $state(0);
  /** Whether the first answer has come. */
  ready = $state(false);
  error = $state.raw<CoreError>();
  #pages = $state.raw(new Map<number, ReportSummary[]>());
  #asked = new Set<number>();
  #source: Source = { kind: 'fixed', reports: [] };
  #lang: Lang = 'en';
  #round = 0;
  #sight: [from: number, to: number] = [0, PAGE];

  at(row: number): ReportSummary | undefined {
    return this.#pages.get(Math.floor(row / PAGE))?.[row % PAGE];
  }

  indexOf(id: string | undefined): number {
    for (const [page, reports] of this.#pages) {
      const found = reports.findIndex((report) => report.id === id);
      if (found >= 0) return page * PAGE + found;
    }
    return -1;
  }

  /** Another list, or the same one anew. */
  async start(source: Source, lang: Lang): Promise<void> {
    this.#source = source;
    this.#lang = lang;
    this.#round++;
    this.#asked.clear();
    if (source.kind === 'fixed') return this.#take(source.reports);
    if (source.kind === 'inbox') return this.#inbox(false);
    await this.#load(0, true);
    this.want(...this.#sight);
  }

  /** These rows are in sight or soon will be. */
  want(from: number, to: number): void {
    this.#sight = [from, to];
    if (this.#source.kind !== 'query') return;
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, this.total); page++) {
      if (!this.#asked.has(page)) void this.#load(page);
    }
  }

  /** Waits until a row is here. */
  async fetch(row: number): Promise<ReportSummary | undefined> {
    if (!this.at(row) && this.#source.kind === 'query') await this.#load(Math.floor(row / PAGE));
    return this.at(row);
  }

  /** Follows what changes, not more often than a person can read. Call it while a component is set up. */
  follow(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onCoreEvent(({ type }) => {
      if (type === 'changed') timer ??= setTimeout(() => { timer = undefined; this.#refresh(); }, REFRESH_MS);
    });
    $effect(() => () => {
      stop();
      clearTimeout(timer);
    });
  }

  #refresh(): void {
    if (this.#source.kind === 'fixed') return;
    this.#round++;
    this.#asked.clear();
    if (this.#source.kind === 'inbox') return void this.#inbox(true);
    void this.#load(Math.floor(this.#sight[0] / PAGE));
    this.want(...this.#sight);
  }

  async #load(page: number, fresh = false): Promise<void> {
    if (this.#source.kind !== 'query') return;
    this.#asked.add(page);
    const round = this.#round;
    try {
      const { total, reports } = await core.list({ ...this.#source.filter, limit: PAGE, offset: page * PAGE }, this.#lang);
      if (round !== this.#round) return;
      this.#pages = fresh ? new Map([[page, reports]]) : new Map(this.#pages).set(page, reports);
      this.total = total;
      this.ready = true;
      this.error = undefined;
    } catch (thrown) {
      this.#asked.delete(page);
      if (round === this.#round) this.error = CoreError.from(thrown);
    }
  }

  async #inbox(keep: boolean): Promise<void> {
    const round = this.#round;
    try {
      const { reports } = await core.list({ unread: true, limit: INBOX_MAX }, this.#lang);
      if (round !== this.#round) return;
      // The urgent ones first. What has been read in the meantime stays in its place, marked as read.
      const sorted = [...reports.filter(({ urgent }) => urgent), ...reports.filter(({ urgent }) => !urgent)];
      if (!keep) return this.#take(sorted);
      const now = new Map(sorted.map((report) => [report.id, report]));
      const shown = [...this.#pages].sort(([a], [b]) => a - b).flatMap(([, page]) => page);
      const known = new Set(shown.map(({ id }) => id));
      this.#take([...sorted.filter(({ id }) => !known.has(id)), ...shown.map((report) => now.get(report.id) ?? { ...report, unread: false })]);
    } catch (thrown) {
      if (round === this.#round) this.error = CoreError.from(thrown);
    }
  }

  #take(reports: ReportSummary[]): void {
    const pages = new Map<number, ReportSummary[]>();
    for (let page = 0; page * PAGE < reports.length; page++) pages.set(page, reports.slice(page * PAGE, (page + 1) * PAGE));
    this.#pages = pages;
    this.total = reports.length;
    this.ready = true;
    this.error = undefined;
  }
}
