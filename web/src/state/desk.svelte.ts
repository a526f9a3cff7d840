/**
 * What a coordinator has on her desk: filters, saved views, the place on the map. It outlives a visit
 * to another screen, but not the lock; views that she keeps are in the locked database, and nowhere else.
 */
import { MediaQuery } from 'svelte/reactivity';
import { core } from '../core';
import type { Filter, ReportSummary, SavedView } from '../core/types';
import { sameFilter } from '../domain/narrow';
import { back, depth, go, goHome, leave, replace, route, type DeskView, type ReportTab } from './route.svelte';
import { whenForgotten } from './session.svelte';

export const DESK_VIEWS: readonly DeskView[] = ['inbox', 'reports', 'map', 'time', 'figures', 'people', 'health'];

/** A handful of reports that were pointed at: a spot on the map, a bar of a chart. */
export interface Spot {
  /** In the language of the screen, which may change. */
  label: () => string;
  reports: ReportSummary[];
}

const wideEnough = new MediaQuery('min-width: 68.75em');

class Desk {
  filter = $state.raw<Filter>({});
  spot = $state.raw<Spot | null>(null);
  saved = $state.raw<SavedView[]>([]);
  /** Three panes, or one. */
  get wide() {
    return wideEnough.current;
  }

  narrow(filter: Filter): void {
    this.filter = filter;
    this.spot = null;
  }

  /** What was kept in the database, once the desk is laid. */
  async lay(): Promise<void> {
    this.saved = await core.savedViews();
  }

  keep(name: string): Promise<void> {
    return this.#save([...this.saved.filter((view) => view.name !== name), { name, filter: this.filter }]);
  }

  drop(name: string): Promise<void> {
    return this.#save(this.saved.filter((view) => view.name !== name));
  }

  async #save(views: SavedView[]): Promise<void> {
    await core.saveViews(views);
    this.saved = views;
  }

  /** The saved view that the present filters are, if they are one. */
  get current(): SavedView | undefined {
    return this.saved.find((view) => sameFilter(view.filter, this.filter));
  }

  forget(): void {
    this.filter = {};
    this.spot = null;
    this.saved = [];
  }
}

export const desk = new Desk();
whenForgotten(() => desk.forget());

export function show(view: DeskView): void {
  replace({ name: 'home', view });
}

/** Beside the list on a desk; on a phone on a page of its own, with a way back. */
export function openReport(id: string, tab?: ReportTab, field?: string): void {
  const now = route();
  const view = now.name === 'home' ? now.view : undefined;
  const to = { name: 'home' as const, view, report: id, tab, field };
  if (desk.wide || (now.name === 'home' && now.report)) replace(to);
  else go(to);
}

/** After writing in a report: to the desk as it was left, or to the report on it. */
export function backToDesk(id: string): void {
  if (depth() === 2) return leave();
  goHome();
  replace({ name: 'home', view: 'reports', report: id });
}

export function closeReport(): void {
  const now = route();
  if (now.name !== 'home' || !now.report) return;
  if (depth() > 1) back();
  else replace({ name: 'home', view: now.view });
}
