import { toLicenseId } from "#shared/licenses.ts";

const creativeCommons =
  /^https?:\/\/(?:www\.)?creativecommons\.org\/(publicdomain|licenses)\/([a-z+-]+)\/(\d\.\d)(?:\/([a-z]{2,3}))?(?:\/(?:deed|legalcode)?(?:\.[\w-]+)?)?(?:[?#].*)?$/;

/**
 * The SPDX id of a Creative Commons deed, whatever its scheme, case, version or trailing slash; Freesound's old
 * Sampling+ has no SPDX id and reads `Sampling-Plus`. Null for any other address, and for a deed that Creative
 * Commons never had.
 */
export function toSpdx(deedUrl: string): string | null {
  const url = deedUrl
    .trim()
    .toLowerCase()
    .replace("%2b", "+")
    .replace("by-nd-nc/1.0", "by-nc-nd/1.0");
  const [, folder, kind = "", version = "", port] = creativeCommons.exec(url) ?? [];
  if (folder === undefined) return null;
  if (folder === "licenses") {
    const isSampling = kind.startsWith("sampling");
    return toLicenseId(
      [...(isSampling ? [] : ["cc"]), kind, version, port].filter(Boolean).join("-"),
    );
  }
  if (port !== undefined) return null;
  return toLicenseId({ zero: `cc0-${version}`, mark: `cc-pdm-${version}` }[kind] ?? "");
}
