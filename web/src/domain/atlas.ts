/** Points on the outline map: where they stand on a flat sheet, and which are drawn as one. */
import type { ReportSummary } from '../core/types';

export interface Sheet {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface Point {
  x: number;
  y: number;
}

/** One degree of longitude is this much of a degree of latitude in the middle of the sheet. */
export function squeeze(sheet: Sheet): number {
  return Math.cos((((sheet.south + sheet.north) / 2) * Math.PI) / 180);
}

/** In degrees of latitude, from the north-west corner. */
export function project(lon: number, lat: number, sheet: Sheet): Point {
  return { x: (lon - sheet.west) * squeeze(sheet), y: sheet.north - lat };
}

/** The `d` of an SVG path through points in thousandths of a degree. */
export function pathOf(line: readonly (readonly number[])[], sheet: Sheet, closed = false): string {
  const points = line.map(([lon, lat]) => project(lon! / 1000, lat! / 1000, sheet));
  return points.map(({ x, y }, at) => `${at ? 'L' : 'M'}${x.toFixed(3)} ${y.toFixed(3)}`).join('') + (closed ? 'Z' : '');
}

export interface Cluster extends Point {
  reports: ReportSummary[];
}

/** Points nearer than `radius` (in the sheet's units) become one, at their middle. */
export function clusters(reports: readonly ReportSummary[], sheet: Sheet, radius: number): Cluster[] {
  const cells = new Map<string, Cluster>();
  for (const report of reports) {
    if (report.lat === null || report.lon === null) continue;
    const point = project(report.lon, report.lat, sheet);
    const key = `${Math.floor(point.x / radius)} ${Math.floor(point.y / radius)}`;
    const cell = cells.get(key);
    if (cell) join(cell, { ...point, reports: [report] });
    else cells.set(key, { ...point, reports: [report] });
  }
  // Cells have edges that the eye does not: what lies close across one is joined, the big ones first.
  const kept: Cluster[] = [];
  for (const cell of [...cells.values()].sort((a, b) => b.reports.length - a.reports.length)) {
    const near = kept.find((other) => Math.hypot(other.x - cell.x, other.y - cell.y) < radius * 0.9);
    if (near) join(near, cell);
    else kept.push(cell);
  }
  return kept;
}

function join(into: Cluster, other: Cluster): void {
  const [a, b] = [into.reports.length, other.reports.length];
  into.x = (into.x * a + other.x * b) / (a + b);
  into.y = (into.y * a + other.y * b) / (a + b);
  into.reports.push(...other.reports);
}

/** The smallest box around all points, with room around it; the whole sheet if there are none. */
export function boxAround(reports: readonly ReportSummary[], sheet: Sheet): { x: number; y: number; width: number; height: number } {
  const whole = { x: 0, y: 0, width: (sheet.east - sheet.west) * squeeze(sheet), height: sheet.north - sheet.south };
  const points = reports.flatMap(({ lat, lon }) => (lat === null || lon === null ? [] : [project(lon, lat, sheet)]));
  const inside = points.filter(({ x, y }) => x >= 0 && y >= 0 && x <= whole.width && y <= whole.height);
  if (inside.length === 0) return whole;
  // No spread of the points into arguments: there may be more of them than a call can take.
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of inside) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const room = Math.max(0.12, (right - left) * 0.12, (bottom - top) * 0.12);
  return { x: left - room, y: top - room, width: right - left + 2 * room, height: bottom - top + 2 * room };
}
