const names: Readonly<Record<string, string>> = {
  "CC0-1.0": "CC0 1.0",
  "Sampling-Plus": "Sampling Plus 1.0",
};

/** `CC-BY-NC-4.0` → `CC BY-NC 4.0`. */
export const toLicenseName = (spdx: string) =>
  names[spdx] ?? spdx.replace(/^CC-(.+)-(\d\.\d)$/, "CC $1 $2");

/**
 * A credit line with title, author, source and licence, the four parts that Creative Commons recommends
 * (https://wiki.creativecommons.org/wiki/Recommended_practices_for_attribution). Null without a licence.
 */
export function toAttribution(
  title: string,
  {
    username,
    license,
    "source-url": source,
    "license-url": deed,
  }: Readonly<Record<string, string>>,
): string | null {
  if (license === undefined) return null;
  const by = username === undefined ? "" : ` by ${username}`;
  const from = source === undefined ? "" : ` (${source})`;
  const under = `${toLicenseName(license)}${deed === undefined ? "" : ` (${deed})`}`;
  return `"${title}"${by}${from} is licensed under ${under}`;
}
