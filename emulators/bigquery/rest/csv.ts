/** One field of a CSV row: quoted ones are never NULL. */
export interface CsvField {
  readonly text: string;
  readonly quoted: boolean;
  /** A quote was opened and never closed: the field is the rest of the file. */
  readonly unclosed?: boolean;
}

/** Rows of CSV (RFC 4180), quotes doubled inside of quotes. */
export function parseCsv(text: string, delimiter = ",", quote = '"'): CsvField[][] {
  const rows: CsvField[][] = [];
  let row: CsvField[] = [];
  let at = 0;
  while (at < text.length) {
    const { field, next } = readField(text, at, delimiter, quote);
    row.push(field);
    at = next;
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (at === text.length) row.push({ text: "", quoted: false });
      continue;
    }
    if (text.charAt(at) === "\r") at += 1;
    if (text.charAt(at) === "\n") at += 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows.filter((fields) => fields.length > 1 || fields[0]?.text !== "" || fields[0].quoted);
}

function readField(
  text: string,
  from: number,
  delimiter: string,
  quote: string,
): { field: CsvField; next: number } {
  if (quote === "" || text.charAt(from) !== quote) {
    let next = from;
    while (
      next < text.length &&
      !text.startsWith(delimiter, next) &&
      !/[\r\n]/.test(text.charAt(next))
    )
      next += 1;
    return { field: { text: text.slice(from, next), quoted: false }, next };
  }
  let value = "";
  let at = from + 1;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end < 0)
      return {
        field: { text: value + text.slice(at), quoted: true, unclosed: true },
        next: text.length,
      };
    value += text.slice(at, end);
    if (text.charAt(end + 1) !== quote)
      return { field: { text: value, quoted: true }, next: end + 1 };
    value += quote;
    at = end + 2;
  }
}
