import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const sound = (file: string) => `emulators/freesound/sounds/${file}`;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earmark-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `npm run measure` as a person would. */
async function measure(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["emulators/commands/measure.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code: code as number };
}

test("pictures of several files go into a folder, and a file that is refused gets none", async () => {
  const page = join(folder, "page.mp3");
  await writeFile(page, "<html>not audio at all</html>");
  const files = [sound("italian-mountain.ogg"), page];
  const { stdout, code } = await measure(["--json", "--plot", folder, ...files]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows).toMatchObject([
    { status: "measured", codec: "opus", labelBasis: "measures", unratedReason: null },
    { status: "rejected", reason: "not-audio" },
  ]);
  expect(rows[0]).not.toHaveProperty("samples");
  expect(code).toBe(0);
  expect(await readdir(folder)).toEqual(["italian-mountain.ogg.png", "page.mp3"]);
  const png = await readFile(join(folder, "italian-mountain.ogg.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
});

test("a file over the size limit is refused without being read", async () => {
  const huge = join(folder, "huge.wav");
  await writeFile(huge, "");
  await truncate(huge, 3 * 2 ** 30); // more than one Buffer of readFile can hold
  const { stdout, code } = await measure(["--json", huge]);
  await rm(huge);
  expect(JSON.parse(stdout)).toMatchObject({ status: "rejected", reason: "too-large" });
  expect(code).toBe(1);
});

test("the thresholds of the environment hold here too", async () => {
  const LABEL_THRESHOLDS = "4.9,4.8,4.7";
  const { stdout } = await measure(["--json", sound("german-bakery.mp3")], { LABEL_THRESHOLDS });
  expect(JSON.parse(stdout)).toMatchObject({ label: "Poor", labelBasis: "measures" });
});

test.each([
  [["--plot", "out.gif"], {}, /\.png or \.svg/],
  [[], { LABEL_BASIS: "dnsmos" }, /LABEL_BASIS: needs DNSMOS_MODEL/],
  [[], { DNSMOS_MODEL: "/nowhere/m.onnx" }, /\/nowhere\/m.onnx.*cannot be read/],
])("a wrong call %j %j is one clear line", async (args, environment, why) => {
  const { stdout, stderr, code } = await measure(
    [sound("italian-mountain.ogg"), ...args],
    environment,
  );
  expect(stderr).toMatch(why);
  expect(stderr).not.toMatch(/\n +at /);
  expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
});
