import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { onnxRuntime } from "#emulators/commands/build/manifest.ts";
import { functionNames } from "#emulators/commands/build/environment.ts";
import { root } from "#emulators/commands/build/bundle.ts";
import type { Plan } from "../unit/terraform/plan.ts";

/** A wrapper of Terraform that plans without the provider's servers: `TOOL DIR plan --json FILE …`. */
const named = process.env["EARMARK_TERRAFORM_OFFLINE"];
const tool = named === undefined ? "" : resolve(root, named);
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
interface Replacement {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Or any change to the text of `file`, which may be in `../shared/`. */
export type Seed =
  | Replacement
  | { readonly file: string; readonly change: (text: string) => string };

/** Plans a copy of terraform/, with changes. Rejects with what Terraform printed. */
export const plan = (variables: Variables, ...seeds: readonly Seed[]): Promise<Plan> =>
  withCopy(async (copy) => {
    if ("dnsmos_model" in variables) await copy.bundle(onnxRuntime);
    for (const seed of seeds) await plant(copy.module, seed);
    return copy.plan(variables);
  });

/** What a run takes beside the variables: secrets, as TF_VAR_…, and the resources that it is about. */
interface RunOptions {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly only?: readonly string[];
}

type Variables = Readonly<Record<string, unknown>>;

/** A copy of terraform/ that keeps its state from one run to the next; nothing is made outside of the state. */
interface Copy {
  readonly module: string;
  /** Writes the bundles again, that of classify with these packages. */
  readonly bundle: (packages: string) => Promise<void>;
  /** Rejects with what Terraform printed, as `apply` does. */
  readonly plan: (variables: Variables, options?: RunOptions) => Promise<Plan>;
  readonly apply: (variables: Variables, options?: RunOptions) => Promise<void>;
}

/** Gives a copy, and removes it afterwards. */
export async function withCopy<T>(use: (copy: Copy) => Promise<T>): Promise<T> {
  const parent = join(root, "node_modules/.cache/earmark");
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, "terraform-"));
  const module = join(work, "terraform");
  const bundle = (packages: string) => writeBundles(join(work, "dist"), packages);
  try {
    await cp(join(root, "terraform"), module, {
      recursive: true,
      filter: (path) => !/\.terraform|\.tfvars$|\.tfstate|backend\.tf$/.test(path),
    });
    for (const folder of ["catalog", "warehouse"])
      await cp(join(root, "shared", folder), join(work, "shared", folder), { recursive: true });
    await bundle("");
    const terraformRun = async (
      command: readonly string[],
      variables: Variables,
      { secrets = {}, only = [] }: RunOptions = {},
    ): Promise<void> => {
      const values = join(work, "values.tfvars.json");
      await writeFile(values, JSON.stringify(variables));
      const targets = only.map((address) => `-target=${address}`);
      const args = [module, ...command, "--keep", join(work, "kept"), `-var-file=${values}`];
      await run(tool, [...args, "-no-color", ...targets], {
        maxBuffer: 2 ** 26,
        env: { ...process.env, ...secrets },
      });
    };
    return await use({
      module,
      bundle,
      plan: async (variables, options) => {
        const json = join(work, "plan.json");
        await terraformRun(["plan", "--json", json], variables, options);
        return JSON.parse(await readFile(json, "utf8")) as Plan;
      },
      apply: (variables, options) => terraformRun(["apply"], variables, options),
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The plan looks at the bundles' contents only to name them, and for what classify was built with. */
async function writeBundles(dist: string, packages: string): Promise<void> {
  for (const name of functionNames) {
    await mkdir(join(dist, name), { recursive: true });
    await writeFile(join(dist, name, "index.cjs"), `// ${name}`);
    await writeFile(join(dist, name, "package.json"), packages);
  }
}

async function plant(module: string, seed: Seed): Promise<void> {
  const path = join(module, seed.file);
  const text = await readFile(path, "utf8");
  if ("from" in seed && !text.includes(seed.from))
    throw new Error(`${seed.file} does not hold ${seed.from}: the seed is out of date`);
  await writeFile(path, "from" in seed ? text.replace(seed.from, seed.to) : seed.change(text));
}
