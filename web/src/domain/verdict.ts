/** What stands between a report and being verified, and how its review is shown. */
import type { HintView, ReportView } from '../core/types';

export type Obstacle = { kind: 'conflicts'; n: number } | { kind: 'missing'; hints: HintView[] } | { kind: 'draft' } | { kind: 'withdrawn' };

export function obstacles(report: Pick<ReportView, 'summary' | 'hints'>): Obstacle[] {
  const missing = report.hints.filter((hint) => hint.kind === 'missing_for_review');
  return [
    ...(report.summary.stage === 'draft' ? [{ kind: 'draft' as const }] : []),
    ...(report.summary.stage === 'withdrawn' ? [{ kind: 'withdrawn' as const }] : []),
    ...(report.summary.conflicts > 0 ? [{ kind: 'conflicts' as const, n: report.summary.conflicts }] : []),
    ...(missing.length ? [{ kind: 'missing' as const, hints: missing }] : []),
  ];
}

export type Tone = 'calm' | 'heed' | 'done' | 'danger' | 'plain';

/** A sign for each decision, beside its word. */
export function decisionSign(code: string | null): { sign: string; tone: Tone } {
  switch (code) {
    case 'verified':
      return { sign: '◆', tone: 'done' };
    case 'rejected':
      return { sign: '×', tone: 'plain' };
    case 'asked':
      return { sign: '?', tone: 'heed' };
    case 'in_review':
      return { sign: '◐', tone: 'calm' };
    default:
      return { sign: '○', tone: 'plain' };
  }
}
