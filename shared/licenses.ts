import { z } from "zod";

const words = (text: string) => text.trim().split(/\s+/);

/** Creative Commons' licences came out in these versions; each has an SPDX id (https://spdx.org/licenses/). */
const versions = ["1.0", "2.0", "2.5", "3.0", "4.0"];
const kinds = ["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"];

/** Licences adapted to the law of a country, of those that have an SPDX id. */
const ported = words(`
  CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US
  CC-BY-NC-3.0-DE CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR
  CC-BY-NC-SA-2.0-UK CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK
  CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT CC-BY-SA-3.0-DE CC-BY-SA-3.0-IGO
`);

/** Licences of data, text and software that speech is published under as well. */
const others = words(`
  Apache-2.0 BSD-2-Clause BSD-3-Clause C-UDA-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0
  CDLA-Sharing-1.0 etalab-2.0 GFDL-1.3-or-later GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later
  LAL-1.3 MIT ODbL-1.0 ODC-By-1.0 OGL-UK-3.0 PDDL-1.0 Unlicense
`);

/** Every licence that is known: SPDX ids, and Freesound's old Sampling+, which has none. */
export const knownLicenses: readonly string[] = [
  "CC0-1.0",
  "CC-PDDC",
  "CC-PDM-1.0",
  ...kinds.flatMap((kind) => versions.map((version) => `CC-${kind}-${version}`)),
  ...ported,
  "Sampling-Plus",
  ...others,
];

const byLowerCase = new Map(knownLicenses.map((id) => [id.toLowerCase(), id]));

/**
 * The id of a licence as SPDX writes it, whatever its case and with spaces for its dashes; `Sampling+` is
 * `Sampling-Plus`. Another licence has an id of one's own, `LicenseRef-NAME` (SPDX 2.3, clause 10.1). Null for
 * what is neither: no licence is made up.
 */
export function toLicenseId(text: string): string | null {
  const plain = text.trim().toLowerCase().replaceAll(/\s+/g, "-");
  if (/^(cc-)?sampling(\+|%2b|-plus)(-1\.0)?$/.test(plain)) return "Sampling-Plus";
  if (/^LicenseRef-[A-Za-z0-9.-]{1,100}$/.test(text.trim())) return text.trim();
  return byLowerCase.get(plain) ?? null;
}

/** A licence in a setting: one that is known, so that a slip of the pen does not quietly match nothing. */
export const licenseId = z.string().transform((text, context) => {
  const id = toLicenseId(text);
  if (id !== null) return id;
  const why = /^cc0?(-by)?(-nc)?(-sa|-nd)?$/i.test(text.trim())
    ? "needs its version, as in CC-BY-4.0"
    : "is not known";
  const message = `${why}. Known are ${knownLicenses.join(", ")}; LicenseRef-NAME stands for any other`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});
