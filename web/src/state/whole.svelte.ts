/** Everything that a filter leaves, for maps, charts and counts; asked again when things have calmed down. */
import { core, CoreError, onCoreEvent } from '../core';
import type { Filter, Lang, ReportSummary } from '../core/types';

const CALM_MS = 1500;

export interface Whole {
  readonly reports: ReportSummary[] | undefined;
  readonly error: CoreError | undefined;
}

/** Call it while a component is set up. */
export function whole(filter: () => Filter, lang: () => Lang): Whole {
  let reports = $state.raw<ReportSummary[]>();
  let error = $state.raw<CoreError>();
  let round = $state(0);
  let timer: ReturnType<typeof setTimeout> | undefined;

  $effect(() => {
    void round;
    let overtaken = false;
    core.list({ ...filter(), limit: 0, offset: 0 }, lang()).then(
      (list) => {
        if (overtaken) return;
        reports = list.reports;
        error = undefined;
      },
      (thrown) => {
        if (!overtaken) error = CoreError.from(thrown);
      },
    );
    return () => (overtaken = true);
  });
  $effect(() => {
    const stop = onCoreEvent(({ type }) => {
      if (type === 'changed') timer ??= setTimeout(() => { timer = undefined; round++; }, CALM_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  });
  return {
    get reports() {
      return reports;
    },
    get error() {
      return error;
    },
  };
}
