/** Names that `license:` filters know; versions of a deed share a name. Source: Freesound's licence table. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^publicdomain\/zero\/1\.0$/, "Creative Commons 0"],
  [/^licenses\/by\/[34]\.0$/, "Attribution"],
  [/^licenses\/by-nc\/[34]\.0$/, "Attribution NonCommercial"],
  [/^licenses\/sampling\+\/1\.0$/, "Sampling+"],
];

export const knownDeeds =
  "https://creativecommons.org/publicdomain/zero/1.0/, …/licenses/by/4.0/, …/licenses/by-nc/4.0/ (or 3.0), …/licenses/sampling+/1.0/";

/** The licence's name for a deed URL, or `undefined` for a deed that Freesound does not have. */
export function licenseName(deedUrl: string): string | undefined {
  const path = /^https?:\/\/creativecommons\.org\/(.+?)\/?$/.exec(deedUrl)?.[1];
  return names.find(([pattern]) => pattern.test(path ?? ""))?.[1];
}
