/** Which rows of a long list stand in sight, with some more on both sides so that scrolling shows no gap. */
export interface Window {
  from: number;
  /** The first that is not shown. */
  to: number;
}

const AROUND = 6;

export function inSight(scrollTop: number, height: number, rowHeight: number, total: number): Window {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - AROUND);
  return { from: Math.min(from, total), to: Math.min(total, Math.ceil((scrollTop + height) / rowHeight) + AROUND) };
}

/** Where to scroll so that a row is whole in sight; null if it is already. */
export function scrollFor(row: number, scrollTop: number, height: number, rowHeight: number): number | null {
  if (row * rowHeight < scrollTop) return row * rowHeight;
  if ((row + 1) * rowHeight > scrollTop + height) return (row + 1) * rowHeight - height;
  return null;
}
