import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { functionNames } from "#emulators/commands/build/environment.ts";
import { root } from "#emulators/commands/build/bundle.ts";
import type { Plan } from "../unit/terraform/plan.ts";

/** A wrapper of Terraform that plans without the provider's servers: `TOOL DIR plan --json FILE …`. */
const tool = resolve(
  root,
  process.env["EARMARK_TERRAFORM_OFFLINE"] ?? "../shared/terraform-offline/tf-offline",
);
const terraform = process.env["TERRAFORM"] ?? "terraform";

/** Terraform itself is there. */
export const hasTerraform = spawnSync(terraform, ["version"]).status === 0;
/** And so is the wrapper. */
export const canPlan = hasTerraform && existsSync(tool);

const run = promisify(execFile);

/** `terraform fmt -check`: names of files that are not in Terraform's format. */
export async function unformatted(): Promise<string> {
  const args = [`-chdir=${join(root, "terraform")}`, "fmt", "-check", "-recursive"];
  const result = spawnSync(terraform, args, { encoding: "utf8" });
  return result.stdout;
}

/** A change to a copy of the module: replaces `from`, which must be there, in `file`. */
export interface Seed {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Plans a copy of terraform/, with changes. Rejects with what Terraform printed. */
export async function plan(
  variables: Readonly<Record<string, unknown>>,
  ...seeds: readonly Seed[]
): Promise<Plan> {
  const parent = join(root, "node_modules/.cache/earmark");
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, "terraform-"));
  try {
    const module = join(work, "terraform");
    await cp(join(root, "terraform"), module, {
      recursive: true,
      filter: (path) => !path.includes(".terraform"),
    });
    await symlink(join(root, "shared"), join(work, "shared"));
    await writeBundles(join(work, "dist"));
    for (const { file, from, to } of seeds) await seed(join(module, file), from, to);
    const values = join(work, "values.tfvars.json");
    await writeFile(values, JSON.stringify(variables));
    const json = join(work, "plan.json");
    await run(tool, [module, "plan", "--json", json, `-var-file=${values}`, "-no-color"], {
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(await readFile(json, "utf8")) as Plan;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The plan looks at the bundles' contents only to name them. */
async function writeBundles(dist: string): Promise<void> {
  for (const name of functionNames) {
    await mkdir(join(dist, name), { recursive: true });
    await writeFile(join(dist, name, "index.cjs"), `// ${name}`);
  }
}

async function seed(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, "utf8");
  if (!text.includes(from))
    throw new Error(`${file} does not hold ${from}: the seed is out of date`);
  await writeFile(file, text.replace(from, to));
}
