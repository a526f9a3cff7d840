// Cuts the outline map out of Natural Earth (public domain, version 4.1 of 2018, 1:10 million):
// the borders in and around Batken region, as rings of [longitude, latitude] in thousandths of a
// degree. Run by hand with `node scripts/region.mjs` when the window changes; the result is kept.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
const topojson = require('topojson-client');
const world = require('world-atlas/countries-10m.json');

const WINDOW = { west: 68.2, south: 38.7, east: 74, north: 41.6 };
const CODES = { Kyrgyzstan: 'KG', Tajikistan: 'TJ', Uzbekistan: 'UZ', Kazakhstan: 'KZ', China: 'CN' };

const inside = ([lon, lat]) => lon > WINDOW.west && lon < WINDOW.east && lat > WINDOW.south && lat < WINDOW.north;
const thousandths = ([lon, lat]) => [Math.round(lon * 1000), Math.round(lat * 1000)];

// Borders are the lines between two countries; each is taken once.
const seen = new Map();
const lines = [];
for (const geometry of world.objects.countries.geometries) {
  const code = CODES[geometry.properties.name];
  if (!code) continue;
  const mesh = topojson.mesh(world, world.objects.countries, (a, b) => a !== b && (a === geometry || b === geometry));
  for (const line of mesh.coordinates) {
    let run = [];
    const flush = () => {
      const key = JSON.stringify([run, [...run].reverse()].map((r) => JSON.stringify(r)).sort()[0]);
      if (run.length > 1 && !seen.has(key)) {
        seen.set(key, true);
        lines.push(run);
      }
      run = [];
    };
    for (const point of line) {
      if (inside(point)) run.push(thousandths(point));
      else flush();
    }
    flush();
  }
}

// The areas are filled, so that the enclaves can be told: clipped to the window.
const areas = {};
for (const geometry of world.objects.countries.geometries) {
  const code = CODES[geometry.properties.name];
  if (!code) continue;
  const shape = topojson.feature(world, geometry).geometry;
  const polygons = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;
  const rings = polygons.flatMap((polygon) => polygon.map(clip)).filter((ring) => ring.length > 2);
  if (rings.length) areas[code] = rings.map((ring) => ring.map(thousandths));
}

/** Sutherland and Hodgman, against the window's four sides. */
function clip(ring) {
  const sides = [
    [(p) => p[0] >= WINDOW.west, (a, b) => cut(a, b, 0, WINDOW.west)],
    [(p) => p[0] <= WINDOW.east, (a, b) => cut(a, b, 0, WINDOW.east)],
    [(p) => p[1] >= WINDOW.south, (a, b) => cut(a, b, 1, WINDOW.south)],
    [(p) => p[1] <= WINDOW.north, (a, b) => cut(a, b, 1, WINDOW.north)],
  ];
  let points = ring;
  for (const [keeps, meet] of sides) {
    const next = [];
    points.forEach((point, at) => {
      const before = points[(at + points.length - 1) % points.length];
      if (keeps(point) !== keeps(before)) next.push(meet(before, point));
      if (keeps(point)) next.push(point);
    });
    points = next;
  }
  return points;
}

function cut(a, b, axis, at) {
  const share = (at - a[axis]) / (b[axis] - a[axis]);
  const point = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  point[axis] = at;
  return point;
}

const text = JSON.stringify({ asOf: '2018', window: WINDOW, areas, borders: lines });
writeFileSync(new URL('../src/domain/region.json', import.meta.url), text + '\n');
console.log(`${text.length} bytes, ${lines.length} lines`);
