import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "#emulators/commands/build/bundle.ts";

const files = globSync([".github/workflows/*.yml", ".github/actions/*/action.yml"], { cwd: root });
const read = (file: string) => readFileSync(join(root, file), "utf8");

test.each(files)("%s uses actions by commit, with the version beside it", (file) => {
  const used = read(file).match(/uses: .*/g) ?? [];
  expect(used.length).toBeGreaterThan(0);
  const loose = used.filter(
    (line) => !/^uses: (\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/.test(line),
  );
  expect(loose).toEqual([]);
});

test.each(files.filter((file) => file.includes("workflows")))(
  "%s may read, and no more than it says",
  (file) => {
    const text = read(file);
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(text).not.toMatch(/credentials_json|write-all|pull_request_target/);
  },
);

const ignored = (file: string) => spawnSync("git", ["check-ignore", file], { cwd: root }).status;
const isClone = existsSync(join(root, ".git"));

test.runIf(isClone)("the lock file of Terraform's providers is not hidden from git", () => {
  expect(ignored("terraform/.terraform.lock.hcl")).toBe(1);
  expect(ignored("terraform/.terraform/providers")).toBe(0);
});

test("the public checks are the project's own commands", () => {
  const text = read(".github/workflows/ci.yml");
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const run = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name ?? "");
  expect(run.filter((name) => !(name in scripts) && name !== "build")).toEqual([]);
  expect(text).toContain("terraform -chdir=terraform validate");
});

test("a deployment applies the plan that was approved", () => {
  const [plan = "", apply = ""] = read(".github/workflows/deploy.yml").split(/^ {2}apply:$/m);
  expect(plan).toContain("terraform plan -input=false -lock=false -out=tfplan");
  expect(plan).toContain(
    `tar czf plan.tgz -C terraform tfplan .terraform.lock.hcl .terraform/earmark`,
  );
  expect(apply).toContain("environment: production");
  expect(apply.match(/terraform apply.*|sha256sum --check/g)).toEqual([
    "sha256sum --check",
    "terraform apply -input=false tfplan",
  ]);
  expect(plan + apply).not.toMatch(/upload-artifact|-auto-approve/);
});

test("a deployment passes every secret that the module takes", () => {
  const blocks = read("terraform/variables.tf").split(/^variable /m);
  const secrets = blocks
    .filter((block) => /^\s*ephemeral\s*= true$/m.test(block))
    .map((block) => /^"(\w+)"/.exec(block)?.[1] ?? "");
  expect(secrets).toHaveLength(3);
  const deploy = read(".github/workflows/deploy.yml");
  for (const name of secrets)
    expect(deploy).toContain(`TF_VAR_${name}: $\{{ secrets.${name.toUpperCase()} }}`);
});

test("the README enables by hand what has to be there before Terraform", () => {
  const [before = "", github = ""] = read("terraform/README.md").split("## Deploy from GitHub");
  const first = ["cloudresourcemanager", "serviceusage"];
  for (const api of first) expect(before).toContain(`${api}.googleapis.com`);
  for (const api of [...first, "iam", "iamcredentials", "sts"])
    expect(github).toContain(`${api}.googleapis.com`);
});
