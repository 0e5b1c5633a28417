import type { CrawlPlan } from "./plan.ts";
import type { Candidate } from "./source.ts";

/** Why a recording must not be stored; null when it may. What is not known is not allowed. */
export function refusal(
  { license, genAiPreference }: Pick<Candidate, "license" | "genAiPreference">,
  { licenses, aiPreferences }: Pick<CrawlPlan, "licenses" | "aiPreferences">,
): "license" | "preference" | null {
  if (licenses !== undefined && !licenses.includes(license ?? "")) return "license";
  if (aiPreferences !== undefined && !aiPreferences.includes(genAiPreference ?? ""))
    return "preference";
  return null;
}
