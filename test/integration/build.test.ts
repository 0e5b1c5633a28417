import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type * as bigquery from "@google-cloud/bigquery";
import type * as storage from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { root } from "#emulators/commands/build/bundle.ts";
import { functionNames, requiredVariablesOf } from "#emulators/commands/build/environment.ts";
import { LicenseError, packagesOf } from "#emulators/commands/build/packages.ts";
import { type BuiltFunction, buildFunction } from "#emulators/commands/build/write.ts";
import { makeBuildFolder, warmUp } from "./built-functions.ts";

const run = promisify(execFile);
let out: Awaited<ReturnType<typeof makeBuildFolder>>;
let built: BuiltFunction[];

beforeAll(async () => {
  out = await makeBuildFolder();
  built = await Promise.all(functionNames.map((name) => buildFunction(name, out.path)));
});
afterAll(() => out.remove());

const one = (name: string) => built.find((each) => each.name === name)!;
const read = (name: string, file: string) => readFile(join(out.path, name, file), "utf8");
const mib = (bytes: number) => bytes / 2 ** 20;
const sizeOf = (name: string, file: string) =>
  one(name).files.find((each) => each.name === file)?.bytes ?? Number.NaN;

test("a second build, elsewhere and by the command, is byte-identical", async () => {
  const elsewhere = await makeBuildFolder();
  try {
    const command = join(root, "emulators/commands/build.ts");
    const { stdout } = await run(process.execPath, [command, "load", "--out", elsewhere.path]);
    expect(stdout).toContain(one("load").digest.slice(0, 12));
    const names = await readdir(join(elsewhere.path, "load"));
    expect(names.toSorted()).toEqual(
      [...one("load").files.map(({ name }) => name), "LICENSE"].toSorted(),
    );
    for (const name of names)
      expect(await readFile(join(elsewhere.path, "load", name))).toEqual(
        await readFile(join(one("load").folder, name)),
      );
  } finally {
    await elsewhere.remove();
  }
});

describe("what is inside", () => {
  test.each(["load", "classify"])(
    "%s has the decoders that Earmark supports, and no other",
    (name) => {
      const decoders = one(name).packages.filter((each) => /^@audio\/|audio-decode/.test(each));
      const names = ["flac", "mp3", "opus", "vorbis", "wav"].map((each) => `@audio/decode-${each}`);
      expect(decoders).toEqual(names);
    },
  );

  test("crawl has no decoder and no Pub/Sub", () => {
    expect(one("crawl").packages.filter((each) => /audio|pubsub/.test(each))).toEqual([]);
  });

  test("a function holds its own folder and shared code alone", () => {
    for (const { name, inputs } of built)
      expect(
        inputs
          .filter((path) => !/^(node_modules|shared)\//.test(path))
          .map((path) => path.split("/").slice(0, 2).join("/")),
      ).toEqual(
        inputs.filter((path) => path.startsWith("functions/")).map(() => `functions/${name}`),
      );
  });

  test("a package under the GPL is refused by name", async () => {
    const folder = join(out.path, "node_modules/copyleft");
    await mkdir(folder, { recursive: true });
    const manifest = { name: "copyleft", version: "1.0.0", license: "GPL-3.0-or-later" };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    await writeFile(join(folder, "index.js"), "");
    const gpl = packagesOf([relative(root, join(folder, "index.js"))]);
    await expect(gpl).rejects.toThrow(LicenseError);
    await expect(gpl).rejects.toThrow("copyleft (GPL-3.0-or-later)");
  });

  test.each(functionNames)(
    "the NOTICE of %s names every package, and what is compiled into them",
    async (name) => {
      const notice = await read(name, "NOTICE");
      for (const each of one(name).packages) expect(notice).toContain(`\n${each} `);
      expect(notice.includes("libmpg123 (https://mpg123.org), LGPL-2.1")).toBe(name !== "crawl");
    },
  );

  test("no path of this machine is in any file", async () => {
    for (const { name, files } of built)
      for (const file of files) expect(await read(name, file.name)).not.toContain(root);
  });
});

test("the platform's build fills the compile cache for the user that will run it", async () => {
  const cache = await warmUp(one("load").folder, "load");
  const folders = await readdir(cache);
  const forRunning = folders.find((name) => name.endsWith("-33")) ?? "";
  const files = await readdir(join(cache, forRunning));
  expect(files.length).toBeGreaterThan(50);
  const { mode } = await stat(join(cache, forRunning, files[0] ?? ""));
  expect(mode & 0o777).toBe(0o644);
});

/** The way that no emulator asks for: with none, a client takes its token from the machine that it runs on. */
test("the bundled clients sign in by the metadata server", async () => {
  const asked: string[] = [];
  const metadata = createServer(({ url = "" }, response) => {
    asked.push(url.split("?", 1)[0] ?? "");
    response.setHeader("metadata-flavor", "Google").setHeader("content-type", "application/json");
    response.end('{"access_token":"of-the-machine","expires_in":3600,"token_type":"Bearer"}');
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => metadata.once("listening", resolve));
  vi.stubEnv("GCE_METADATA_HOST", `127.0.0.1:${(metadata.address() as AddressInfo).port}`);
  vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
  try {
    const load = createRequire(join(one("load").folder, "package.json"));
    const clients = load("./clients.cjs") as {
      "@google-cloud/bigquery": typeof bigquery;
      "@google-cloud/storage": typeof storage;
    };
    const { BigQuery } = clients["@google-cloud/bigquery"];
    const { Storage } = clients["@google-cloud/storage"];
    for (const client of [new BigQuery({ projectId: "p" }), new Storage({ projectId: "p" })])
      expect(await client.authClient.getAccessToken()).toBe("of-the-machine");
    const token = "/computeMetadata/v1/instance/service-accounts/default/token";
    expect(asked).toEqual([token, token]);
  } finally {
    vi.unstubAllEnvs();
    metadata.close();
  }
});

test("bundles stay small", () => {
  expect(mib(sizeOf("crawl", "index.cjs"))).toBeLessThan(0.7);
  expect(mib(sizeOf("crawl", "clients.cjs"))).toBeLessThan(2.9);
  expect(mib(sizeOf("load", "index.cjs"))).toBeLessThan(0.7);
  expect(mib(sizeOf("load", "clients.cjs"))).toBeLessThan(3.2);
  expect(mib(sizeOf("load", "read-worker.js"))).toBeLessThan(2.8);
  expect(mib(sizeOf("classify", "index.cjs"))).toBeLessThan(0.8);
  expect(sizeOf("classify", "clients.cjs")).toBe(sizeOf("load", "clients.cjs"));
  expect(sizeOf("classify", "read-worker.js")).toBe(sizeOf("load", "read-worker.js"));
});

test.each(functionNames)(
  "the lockfile of %s holds all that the framework needs, pinned",
  async (name) => {
    type Locked = { packages: Record<string, { integrity?: string; dependencies?: object }> };
    const { packages } = JSON.parse(await read(name, "package-lock.json")) as Locked;
    const manifest = JSON.parse(await read(name, "package.json")) as { dependencies: object };
    const { "": top, ...locked } = packages;
    expect(top?.dependencies).toEqual(manifest.dependencies);
    const paths = Object.keys(locked);
    const unpinned = paths.filter(
      (path) => locked[path]?.integrity?.startsWith("sha512-") !== true,
    );
    const missing = Object.values(locked)
      .flatMap(({ dependencies = {} }) => Object.keys(dependencies))
      .filter((needed) => !paths.some((path) => path.endsWith(`node_modules/${needed}`)));
    expect({ unpinned, missing }).toEqual({ unpinned: [], missing: [] });
    expect(paths).toContain("node_modules/express");
    expect(paths).not.toContain("node_modules/esbuild");
  },
);

test("with --dnsmos classify asks for the ONNX runtime, pinned, without what GPUs need", async () => {
  const { folder, files } = await buildFunction("classify", join(out.path, "dnsmos"), {
    dnsmos: true,
  });
  const { dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  expect(dependencies["onnxruntime-node"]).toMatch(/^\d+\.\d+\.\d+$/);
  expect(await readFile(join(folder, ".npmrc"), "utf8")).toBe("ignore-scripts=true\n");
  expect(files.map(({ name }) => name)).not.toContain("package-lock.json");
  expect(await read("classify", "package.json")).not.toContain("onnx");
});

test("the variables without which a function does not start", () => {
  expect(
    Object.fromEntries(functionNames.map((name) => [name, requiredVariablesOf(name)])),
  ).toEqual({
    crawl: ["FREESOUND_API_KEY", "GOOGLE_CLOUD_PROJECT", "RECORDINGS_BUCKET"],
    load: ["GOOGLE_CLOUD_PROJECT", "RECORDINGS_BUCKET"],
    classify: ["GOOGLE_CLOUD_PROJECT", "RECORDINGS_BUCKET", "REFERENCES_BUCKET"],
  });
});
