import { aggregateNames, analyticNames } from "../analyze/aggregate-names.ts";
import { conditionalForms } from "../analyze/conditional.ts";
import { specialForms } from "../analyze/special.ts";
import { functionNames } from "../functions/define.ts";
import "../functions/index.ts";
import type { Case } from "./corpus.ts";

/** Every function that the emulator has, in upper case and sorted. */
function supportedFunctions(): string[] {
  const names = [
    ...functionNames(),
    ...Object.keys(specialForms),
    ...Object.keys(conditionalForms),
    ...aggregateNames,
    ...analyticNames,
    "CAST",
    "SAFE_CAST",
    "EXTRACT",
  ];
  return [...new Set(names)].toSorted();
}

/** A Markdown table: each function with the number of statements that try it, and the page that they follow. */
export function supportTable(cases: readonly Case[]): string {
  const rows = supportedFunctions().map((name) => {
    const used = new RegExp(`(?<![\\w.])(?:SAFE\\.)?${name.replace(".", "\\.")}\\s*\\(`, "i");
    const trying = cases.filter(
      ({ sql, setup = [] }) => used.test(sql) || setup.some((text) => used.test(text)),
    );
    const pages = [
      ...new Set(
        trying.flatMap(({ source }) =>
          source === undefined ? [] : [source.replace(/^.*\//, "").replace(/#.*$/, "")],
        ),
      ),
    ];
    return `| \`${name}\` | ${trying.length} | ${pages.slice(0, 2).join(", ")} |`;
  });
  return ["| function | statements | pages |", "| --- | ---: | --- |", ...rows].join("\n");
}
