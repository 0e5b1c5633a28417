import { checkBindings } from "./checks/bindings.ts";
import { checkEncryption } from "./checks/encryption.ts";
import { checkEnvironment } from "./checks/environment.ts";
import { checkFlow } from "./checks/flow.ts";
import { checkFunctions } from "./checks/functions.ts";
import { checkIndexes } from "./checks/indexes.ts";
import { checkObservability } from "./checks/observability.ts";
import { checkPicture } from "./checks/picture.ts";
import { checkProtection } from "./checks/protection.ts";
import { checkServices } from "./checks/services.ts";
import { checkWarehouse } from "./checks/warehouse.ts";
import type { Check, Plan } from "./plan.ts";

const checks: readonly Check[] = [
  checkBindings,
  checkEncryption,
  checkEnvironment,
  checkFlow,
  checkFunctions,
  (plan) => checkIndexes(plan),
  checkObservability,
  checkPicture,
  checkProtection,
  checkServices,
  checkWarehouse,
];

/** Everything that is wrong with a plan, each a sentence. */
export const problemsOf = (plan: Plan): string[] => checks.flatMap((check) => check(plan));
