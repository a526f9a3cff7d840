/** Other reports that may be of the same event, each with the reasons why it is offered. */
import type { ReportSummary } from '../core/types';
import { daySpan, type DaySpan } from './days';

export type Reason =
  | { kind: 'same_day' }
  | { kind: 'days'; n: number }
  | { kind: 'same_place' }
  | { kind: 'km'; n: number }
  | { kind: 'same_district' }
  | { kind: 'same_type'; types: string[] };

export interface Likeness {
  report: ReportSummary;
  score: number;
  reasons: Reason[];
}

/** How far apart in time two reports may be and still be looked at. */
export const DAYS_APART_MAX = 14;
/** What lies farther apart needs more than a day and a kind in common. */
const FAR_KM = 60;
const SCORE_MIN = 4;

export function likeThis(of: ReportSummary, among: readonly ReportSummary[], max = 10): Likeness[] {
  const span = daySpan(of.date);
  return among
    .filter((other) => other.id !== of.id && other.stage !== 'draft')
    .map((report) => compare(of, span, report))
    .filter((like) => like.score >= SCORE_MIN && like.reasons.length > 1)
    .sort((a, b) => b.score - a.score || b.report.changed_ms - a.report.changed_ms)
    .slice(0, max);
}

function compare(of: ReportSummary, span: DaySpan | null, report: ReportSummary): Likeness {
  const reasons: Reason[] = [];
  let score = 0;
  const give = (points: number, reason: Reason) => {
    score += points;
    reasons.push(reason);
  };

  const days = daysApart(span, daySpan(report.date));
  if (days === 0) give(3, { kind: 'same_day' });
  else if (days !== null && days <= DAYS_APART_MAX) give(days <= 2 ? 2 : 1, { kind: 'days', n: days });

  const km = kmApart(of, report);
  if (of.place && of.place === report.place) give(3, { kind: 'same_place' });
  else if (km !== null && km < 30) give(km < 3 ? 3 : km < 10 ? 2 : 1, { kind: 'km', n: Math.max(1, Math.round(km)) });
  else if (km !== null && km > FAR_KM) score -= 2;
  else if (km === null && of.district && of.district === report.district) give(1, { kind: 'same_district' });

  const types = of.types.filter((type) => report.types.includes(type) && type !== 'other' && type !== 'unknown');
  if (types.length) give(2, { kind: 'same_type', types });
  return { report, score, reasons };
}

/** Whole days between two spans; 0 if they may be the same day. A whole year says nothing about a day. */
function daysApart(a: DaySpan | null, b: DaySpan | null): number | null {
  if (!a || !b || a.last - a.first > 31 || b.last - b.first > 31) return null;
  return Math.max(0, a.first - b.last, b.first - a.last);
}

type Spot = Pick<ReportSummary, 'lat' | 'lon'>;

/** Good to a hundredth at these distances; null if one has no point. */
export function kmApart(a: Readonly<Spot>, b: Readonly<Spot>): number | null {
  if (a.lat === null || a.lon === null || b.lat === null || b.lon === null) return null;
  const north = (a.lat - b.lat) * 111.2;
  const east = (a.lon - b.lon) * 111.2 * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(north, east);
}
