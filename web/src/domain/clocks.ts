/** Times along a border with two clocks. The instant is kept with the offset the person thought in. */
import type { TimeAnswer } from '../core/types';

export const CLOCKS = { kg: '+06:00', tj: '+05:00' } as const;
export type ClockName = keyof typeof CLOCKS;
export const PARTS = { night: 2, morning: 8, day: 14, evening: 20 } as const;
export type PartOfDay = keyof typeof PARTS;

export interface TimeParts {
  day: string;
  /** `05:45` */
  clock: string;
  offset: string;
  precision: string;
}

export function readTime(answer: TimeAnswer): TimeParts | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(answer.at);
  if (!match) return null;
  return { day: match[1]!, clock: match[2]!, offset: match[3] === 'Z' ? '+00:00' : match[3]!, precision: answer.precision };
}

export function writeTime({ day, clock, offset, precision }: TimeParts, now: Date): TimeAnswer {
  return { at: `${day}T${clock}:00${offset}`, precision, phone: phoneTime(now) };
}

/** What the phone's own clock and zone say: RFC 3339. */
export function phoneTime(now: Date): string {
  const offset = -now.getTimezoneOffset();
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}

/** The same instant by another clock: `04:45`. */
export function byClock(parts: TimeParts, offset: string): string {
  const [hour, minute] = parts.clock.split(':').map(Number) as [number, number];
  const total = (hour * 60 + minute - minutes(parts.offset) + minutes(offset) + 2880) % 1440;
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

function minutes(offset: string): number {
  const [hours, rest] = offset.slice(1).split(':').map(Number) as [number, number];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + rest);
}

/** The clock that a phone is set to, where it is one of the two. */
export function phoneOffset(now: Date): string {
  return now.getTimezoneOffset() === -300 ? CLOCKS.tj : CLOCKS.kg;
}

export function partOf(clock: string): PartOfDay {
  const hour = Number(clock.slice(0, 2));
  return hour < 5 || hour >= 23 ? 'night' : hour < 11 ? 'morning' : hour < 17 ? 'day' : 'evening';
}
