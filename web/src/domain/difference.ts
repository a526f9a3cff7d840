/** What changed between two texts, word by word, for reading side by side. */
export interface Piece {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

// Past this many cells the two middles are shown whole: a comparison must never stop the screen.
const CELLS_MAX = 2_000_000;
const WORDS = /[\p{L}\p{M}\p{N}]+|\s+|[^\p{L}\p{M}\p{N}\s]+/gu;

export function difference(old: string, now: string): Piece[] {
  if (old === now) return old ? [{ kind: 'same', text: old }] : [];
  const before = old.match(WORDS) ?? [];
  const after = now.match(WORDS) ?? [];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;

  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], words: readonly string[]) => {
    const text = words.join('');
    if (!text) return;
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  add('same', before.slice(0, start));
  compare(before.slice(start, before.length - end), after.slice(start, after.length - end), add);
  add('same', before.slice(before.length - end));
  return pieces;
}

function compare(before: string[], after: string[], add: (kind: Piece['kind'], words: string[]) => void): void {
  const [rows, columns] = [before.length, after.length];
  if (rows * columns > CELLS_MAX) {
    add('gone', before);
    add('new', after);
    return;
  }
  // The longest run of words that both have, from each place to the end.
  const common = new Uint32Array((rows + 1) * (columns + 1));
  const at = (row: number, column: number) => row * (columns + 1) + column;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      common[at(row, column)] =
        before[row] === after[column]
          ? common[at(row + 1, column + 1)]! + 1
          : Math.max(common[at(row + 1, column)]!, common[at(row, column + 1)]!);
    }
  }
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    if (row < rows && column < columns && before[row] === after[column]) {
      add('same', [before[row]!]);
      row++;
      column++;
    } else if (row < rows && (column === columns || common[at(row + 1, column)]! >= common[at(row, column + 1)]!)) {
      add('gone', [before[row++]!]);
    } else {
      add('new', [after[column++]!]);
    }
  }
}
