import {
  functionConfigs,
  type FunctionName,
  functionNames,
  requiredVariablesOf,
  variablesOf,
} from "#emulators/commands/build/environment.ts";
import { ConfigError, parseConfig } from "#shared/config.ts";
import {
  block,
  differences,
  ofType,
  type Plan,
  type Resource,
  text,
  type Values,
} from "../plan.ts";

/** Read by Node and by Google's clients, not by the functions. */
const platformVariables = new Set([
  "METADATA_SERVER_DETECTION",
  "NODE_COMPILE_CACHE",
  "NODE_OPTIONS",
]);

/** Each function has every variable that it needs and none that it does not know, with values that it accepts. */
export function checkEnvironment(plan: Plan): string[] {
  const functions = ofType(plan, "google_cloudfunctions2_function");
  const names = functions.map(({ values }) => text(values["name"]));
  return [
    ...differences("functions", names, functionNames),
    ...functions.flatMap((each) => checkFunction(each)),
  ];
}

/** Settings that nothing in the plan sets: what a deployment cannot configure. */
export const unsetVariables = (plan: Plan): string[] =>
  ofType(plan, "google_cloudfunctions2_function").flatMap(({ values }) => {
    const name = text(values["name"]) as FunctionName;
    const set = variablesIn(values);
    return variablesOf(name)
      .filter((variable) => !(variable in set))
      .map((variable) => `${name}: ${variable}`);
  });

function checkFunction({ values }: Resource): string[] {
  const name = text(values["name"]) as FunctionName;
  if (!functionNames.includes(name)) return [];
  const set = variablesIn(values);
  const missing = requiredVariablesOf(name).filter((variable) => !(variable in set));
  const known = new Set([...variablesOf(name), ...platformVariables]);
  const unknown = Object.keys(set).filter((variable) => !known.has(variable));
  return [
    ...missing.map((variable) => `${name}: ${variable} is not set`),
    ...unknown.map((variable) => `${name}: ${variable} is set, and nothing reads it`),
    ...refused(name, set),
  ];
}

function refused(name: FunctionName, set: Record<string, string>): string[] {
  try {
    parseConfig(functionConfigs[name], set);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [`${name}: ${error.message}`];
  }
}

function variablesIn(values: Values): Record<string, string> {
  const config = block(values, "service_config");
  const secrets = (config["secret_environment_variables"] ?? []) as readonly { key: string }[];
  return {
    ...(config["environment_variables"] as Record<string, string>),
    ...Object.fromEntries(secrets.map(({ key }) => [key, "a secret"])),
  };
}
