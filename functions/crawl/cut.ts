/** At most `limit` UTF-16 units of a text, never half a character; what is cut ends in `…`. */
export function cut(text: string, limit: number): string {
  const whole = text.length <= limit;
  const kept = whole ? text : text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept.toWellFormed()}${whole ? "" : "…"}`;
}
