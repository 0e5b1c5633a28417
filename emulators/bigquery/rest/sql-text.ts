import { invalid } from "./api-error.ts";

/** A name in backticks, as GoogleSQL reads it. */
export function quoteIdentifier(name: string): string {
  if (name === "" || /[`\\\n]/.test(name)) throw invalid(`Invalid name "${name}"`);
  return `\`${name}\``;
}
