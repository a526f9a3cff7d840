/** The outline map's geometry: a flat projection that is true enough for one region. */
const SQUEEZE = Math.cos((40 * Math.PI) / 180);

export interface View {
  /** The middle, in degrees. */
  lon: number;
  lat: number;
  /** Pixels to one degree of latitude. */
  scale: number;
}
export interface Size {
  width: number;
  height: number;
}

export const SCALE_MAX = 6000;

/** Batken region, filling the picture. */
export function regionView({ width, height }: Size): View {
  const scale = Math.max(Math.min(width / (3.3 * SQUEEZE), height / 1.5), 60);
  return { lon: 70.85, lat: 39.97, scale };
}

/** All these points with room around them; the region if there are none. */
export function viewOf(points: readonly { lat: number; lon: number }[], size: Size): View {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { lat, lon } of points) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  if (west === Infinity || size.width === 0) return regionView(size);
  const room = 1.25;
  const scale = Math.min(size.width / (Math.max(east - west, 0.2) * room * SQUEEZE), size.height / (Math.max(north - south, 0.2) * room));
  return { lon: (west + east) / 2, lat: (south + north) / 2, scale: Math.min(SCALE_MAX, Math.max(60, scale)) };
}

/** Where a point stands on the whole sheet at a scale, in pixels: it does not move when the map is dragged. */
export function toPlane(scale: number, lon: number, lat: number): [x: number, y: number] {
  return [lon * SQUEEZE * scale, -lat * scale];
}

export function toScreen(view: View, size: Size, lon: number, lat: number): [x: number, y: number] {
  return [size.width / 2 + (lon - view.lon) * SQUEEZE * view.scale, size.height / 2 - (lat - view.lat) * view.scale];
}

export function toDegrees(view: View, size: Size, x: number, y: number): { lon: number; lat: number } {
  return { lon: view.lon + (x - size.width / 2) / (SQUEEZE * view.scale), lat: view.lat - (y - size.height / 2) / view.scale };
}

/** Closer or farther, with the point under the finger staying where it is. */
export function zoom(view: View, size: Size, factor: number, x = size.width / 2, y = size.height / 2): View {
  const scale = Math.min(SCALE_MAX, Math.max(60, view.scale * factor));
  const under = toDegrees(view, size, x, y);
  const moved = toDegrees({ ...view, scale }, size, x, y);
  return { scale, lon: view.lon + under.lon - moved.lon, lat: view.lat + under.lat - moved.lat };
}

/** A ring of thousandths of degrees as an SVG path in a plane of its own; see [`planeTransform`]. */
export function pathOf(points: number[][], closed: boolean): string {
  const words = points.map(([lon, lat], at) => `${at ? 'L' : 'M'}${Math.round(lon! * SQUEEZE)} ${-lat!}`);
  return words.join('') + (closed ? 'Z' : '');
}

export function planeTransform(view: View, size: Size): string {
  const factor = view.scale / 1000;
  const [x, y] = toScreen(view, size, 0, 0);
  return `translate(${x} ${y}) scale(${factor})`;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Which labels can be written without covering each other: those that come first win. */
export function roomForLabels<T extends { x: number; y: number; label: string }>(points: T[], size: Size): Set<T> {
  const taken: Box[] = [];
  const shown = new Set<T>();
  for (const point of points) {
    const box = { left: point.x - 6, top: point.y - 11, right: point.x + 12 + point.label.length * 8, bottom: point.y + 11 };
    if (box.right < 0 || box.left > size.width || box.bottom < 0 || box.top > size.height) continue;
    if (taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top)) continue;
    taken.push(box);
    shown.add(point);
  }
  return shown;
}
