/** Which of a few marks stands for whom, so that the same person has the same one on a page. */
import type { Author, SpanView } from '../core/types';

export const MARKS = 5;

export interface Writer {
  author: Author;
  mark: number;
  chars: number;
}

/** Everybody who wrote a part, the one who wrote most first. */
export function writers(spans: readonly SpanView[]): Writer[] {
  const found = new Map<string, Writer>();
  for (const { author, text } of spans) {
    const known = found.get(author.device);
    if (known) known.chars += text.length;
    else found.set(author.device, { author, mark: found.size % MARKS, chars: text.length });
  }
  return [...found.values()].sort((a, b) => b.chars - a.chars);
}
