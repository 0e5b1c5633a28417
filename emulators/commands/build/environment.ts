import { ClassifyConfig, CrawlConfig, LoadConfig } from "#shared/config.ts";

/** What each function reads from the environment: the single source of the variables that a deployment sets. */
export const functionConfigs = {
  crawl: CrawlConfig,
  load: LoadConfig,
  classify: ClassifyConfig,
} as const;

export type FunctionName = keyof typeof functionConfigs;

export const functionNames = Object.keys(functionConfigs) as FunctionName[];

/** Every variable that a function reads, in order. */
export const variablesOf = (name: FunctionName): string[] =>
  Object.keys(functionConfigs[name].shape).toSorted();

/** The variables without which a function does not start: those that an empty environment is refused for. */
export function requiredVariablesOf(name: FunctionName): string[] {
  const parsed = functionConfigs[name].safeParse({});
  const missing = parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
  return [...new Set(missing)].toSorted();
}
