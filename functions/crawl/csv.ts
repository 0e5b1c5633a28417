/** A text that is not the CSV of RFC 4180. */
export class CsvError extends Error {
  override readonly name = "CsvError";
}

export interface CsvRow {
  /** Where the row starts, from 1. */
  readonly line: number;
  readonly cells: string[];
}

/**
 * The rows of a CSV text (RFC 4180), one by one, each character looked at once: cells may be quoted, and then hold
 * commas, line ends and doubled quotes. Empty lines are passed over.
 * @throws CsvError for a quote that never ends or stands where none may
 */
export function* parseCsv(text: string): Generator<CsvRow, void, undefined> {
  const delimiter = /[,\r\n"]/g;
  let at = 0;
  let line = 1;

  /** The cell at `at`, which then is behind it. */
  const cell = (): string => {
    if (text[at] !== '"') {
      delimiter.lastIndex = at;
      const end = delimiter.exec(text)?.index ?? text.length;
      if (text[end] === '"') throw misplaced(line);
      const plain = text.slice(at, end);
      at = end;
      return plain;
    }
    const start = at + 1;
    for (at = start; ; at += 2) {
      at = text.indexOf('"', at);
      if (at === -1) throw misplaced(line);
      if (text[at + 1] !== '"') break;
    }
    const quoted = text.slice(start, at++);
    line += countLineEnds(quoted);
    if (at < text.length && !/[,\r\n]/.test(text[at] ?? "")) throw misplaced(line);
    return quoted.replaceAll('""', '"');
  };

  while (at < text.length) {
    const row = { line, cells: [cell()] };
    for (; text[at] === ","; row.cells.push(cell())) at++;
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line++;
    if (row.cells.length > 1 || row.cells[0] !== "") yield row;
  }
}

const misplaced = (line: number) =>
  new CsvError(`line ${line}: a quote that is not closed, or not at a cell's start`);

function countLineEnds(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/\r\n|\n|\r/g)) count++;
  return count;
}
