/** Reports that would stand on each other on the map are drawn as one. */
import type { ReportSummary } from '../core/types';
import { toPlane } from './map';

export interface Cluster {
  lat: number;
  lon: number;
  reports: ReportSummary[];
}

/** Points nearer than `radius` pixels at this scale become one, at their middle. */
export function clusters(reports: readonly ReportSummary[], scale: number, radius: number): Cluster[] {
  const cells = new Map<string, Cluster>();
  for (const report of reports) {
    const { lat, lon } = report;
    if (lat === null || lon === null) continue;
    const [x, y] = toPlane(scale, lon, lat);
    const key = `${Math.floor(x / radius)} ${Math.floor(y / radius)}`;
    const cell = cells.get(key);
    if (cell) join(cell, { lat, lon, reports: [report] });
    else cells.set(key, { lat, lon, reports: [report] });
  }
  // Cells have edges that the eye does not: what lies close across one is joined, the big ones first.
  const kept: { cluster: Cluster; x: number; y: number }[] = [];
  for (const cluster of [...cells.values()].sort((a, b) => b.reports.length - a.reports.length)) {
    const [x, y] = toPlane(scale, cluster.lon, cluster.lat);
    const near = kept.find((other) => Math.hypot(other.x - x, other.y - y) < radius * 0.9);
    if (near) join(near.cluster, cluster);
    else kept.push({ cluster, x, y });
  }
  return kept.map(({ cluster }) => cluster);
}

function join(into: Cluster, other: Cluster): void {
  const [a, b] = [into.reports.length, other.reports.length];
  into.lat = (into.lat * a + other.lat * b) / (a + b);
  into.lon = (into.lon * a + other.lon * b) / (a + b);
  into.reports.push(...other.reports);
}
