/** A text that is not the CSV of RFC 4180. */
export class CsvError extends Error {
  override readonly name = "CsvError";
}

/**
 * The rows of a CSV text (RFC 4180): cells may be quoted, and then hold commas, line ends and doubled quotes.
 * Empty lines are passed over. `line` is where the row starts, from 1.
 * @throws CsvError for a quote that never ends or stands where none may
 */
export function parseCsv(text: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let line = 1;
  let start = 1;
  const cell = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  const separator = /,|\r\n|\n|\r|$/y;
  for (let at = 0; at <= text.length;) {
    cell.lastIndex = at;
    const [whole = "", quoted, plain = ""] = cell.exec(text) ?? [];
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += (whole.match(/\r\n|\n|\r/g) ?? []).length;
    separator.lastIndex = at + whole.length;
    const end = separator.exec(text);
    if (end === null)
      throw new CsvError(`line ${line}: a quote that is not closed, or not at a cell's start`);
    at = separator.lastIndex;
    if (end[0] === ",") continue;
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: start, cells });
    cells = [];
    start = ++line;
    if (end[0] === "") break;
  }
  return rows;
}
