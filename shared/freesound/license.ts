const creativeCommons =
  /^https?:\/\/(?:www\.)?creativecommons\.org\/(?:(publicdomain\/zero)|licenses\/([a-z+-]+))\/(\d\.\d)\/?/i;

/**
 * The SPDX id of a Creative Commons deed, whatever its scheme, version or trailing slash; Freesound's old
 * Sampling+ has no SPDX id and reads `Sampling-Plus`. Null for any other address.
 */
export function toSpdx(deedUrl: string): string | null {
  const match = creativeCommons.exec(deedUrl.trim());
  if (match === null) return null;
  const [, zero, kind = "", version = ""] = match;
  if (zero !== undefined) return `CC0-${version}`;
  if (kind.toLowerCase() === "sampling+") return "Sampling-Plus";
  return /^[a-z-]+$/i.test(kind) ? `CC-${kind.toUpperCase()}-${version}` : null;
}
