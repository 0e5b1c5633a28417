import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earmark-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a command as a person would; what it printed and its exit code. */
async function command(name: string, ...args: string[]) {
  const child = spawn(process.execPath, [`emulators/commands/${name}.ts`, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code: code as number };
}

/** Does what a printed line of curl would, where there may be no curl. */
async function curl(line: string): Promise<unknown> {
  const [url = "", body] = [/http:\S+/.exec(line)?.[0], /-d '(.*)'$/.exec(line)?.[1]];
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, body === undefined ? {} : { method: "POST", headers, body });
  return response.json();
}

describe("a wrong call gives one clear line and exit code 2", () => {
  test.each([
    ["start", ["--onse"], /--onse/],
    ["start", ["--limit", "many"], /--limit takes a whole number/],
    ["start", ["--sounds", "/nowhere/at/all"], /\/nowhere\/at\/all/],
    ["start", ["--references", "/nowhere/at/all"], /\/nowhere\/at\/all/],
    ["start", ["--schedule", "nonsense"], /--schedule takes a cron line/],
    ["emulators", ["--project", "Bad Name"], /--project takes a project id/],
    ["start", ["--port", "bigtable=1"], /storage, firestore, pubsub, bigquery, freesound/],
    ["emulators", ["--jsn"], /--jsn/],
    ["drop", [], /at least one audio file/],
    ["drop", ["/nowhere/talk.wav"], /\/nowhere\/talk.wav/],
    ["sql", ["--json", "--csv", "SELECT 1"], /exclude each other/],
    ["sql", ["--file", "/nowhere.sql"], /\/nowhere.sql/],
  ])("%s %j", async (name, args, message) => {
    const { stdout, stderr, code } = await command(name, ...args);
    expect(stderr).toMatch(message);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("earmark: ")),
    ).toHaveLength(1);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
  });

  test("a folder without audio", async () => {
    const { stderr, code } = await command("start", "--once", "--sounds", folder);
    expect(stderr).toContain(folder);
    expect(code).toBe(2);
  });

  test("a taken port", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    for (const service of ["storage", "pubsub"]) {
      const { stderr, code } = await command("start", "--once", "--port", `${service}=${port}`);
      expect(stderr).toContain(`port ${port} is taken`);
      expect(code).toBe(2);
    }
    taken.close();
  });
});

test("start, drop, sql, and Ctrl-C: no child is left", async () => {
  const child = spawn(process.execPath, ["emulators/commands/start.ts", "--limit", "2"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => output.push(chunk));
  try {
    await expect.poll(() => output.join(""), { timeout: 90_000 }).toContain("Earmark is up");
    expect(output.join("")).toMatch(/stored 2, already stored 0, failed 0/);

    // What it tells to do for a crawl of one's own, and to look at it, works as it stands.
    const [ask = "", look = ""] = output.join("").match(/^ {2}curl .*$/gm) ?? [];
    expect(await curl(ask)).toMatchObject({ dry_run: true, query: "speech" });
    const { crawl_id } = (await curl(ask.replace('"dryRun": true', '"limit": 1'))) as {
      crawl_id: string;
    };
    expect(await curl(look.replace("CRAWL_ID", crawl_id))).toMatchObject({
      crawl_id,
      status: "complete",
    });

    const file = join(folder, "not-speech.mp3");
    await writeFile(file, "<html>not audio at all</html>");
    const dropped = await command("drop", file);
    expect(dropped).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^gs:\/\/.*not-speech.mp3\n$/),
    });
    const rejections = async () =>
      (await command("sql", "--json", "SELECT stage, reason FROM rejections ORDER BY stage"))
        .stdout;
    await expect.poll(rejections, { timeout: 30_000, interval: 500 }).toContain("classify");
    expect(JSON.parse(await rejections())).toEqual([
      { stage: "classify", reason: "not-audio" },
      { stage: "load", reason: "not-audio" },
    ]);

    const csv = await command("sql", "--csv", "SELECT 1 AS one, 'a,b' AS two");
    expect(csv.stdout).toBe('one,two\n1,"a,b"\n');
    const wrong = await command("sql", "SELECT nothing FROM earmark.audio_info");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/nothing/);

    const children = await childrenOf(child.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(3);
    child.kill("SIGINT");
    await once(child, "exit");
    expect(child.exitCode).toBe(0);
    for (const pid of children) expect(() => process.kill(pid, 0)).toThrowError("ESRCH");
  } finally {
    child.kill("SIGKILL");
  }
});

test("Ctrl-C in the middle of the crawl ends everything at once", async () => {
  const child = spawn(process.execPath, ["emulators/commands/start.ts", "--once"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  try {
    await expect.poll(() => output, { timeout: 60_000, interval: 10 }).toContain("stored 0 of");
    const children = await childrenOf(child.pid ?? 0);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect({ code, problem: /earmark: .*/.exec(output)?.[0] }).toEqual({ code: 0 });
    for (const pid of children) expect(() => process.kill(pid, 0)).toThrowError("ESRCH");
  } finally {
    child.kill("SIGKILL");
  }
});

test("measure prints a table of what a file is, and of one that it refuses", async () => {
  const file = join(folder, "page.mp3");
  await writeFile(file, "<html>not audio at all</html>");
  const { stdout, code } = await command(
    "measure",
    "emulators/freesound/sounds/german-bakery.mp3",
    file,
  );
  expect(stdout).toMatch(/german-bakery.mp3/);
  expect(stdout).toMatch(/not-audio/);
  expect(code).toBe(0);
});

async function childrenOf(pid: number): Promise<number[]> {
  const ps = spawn("ps", ["-o", "pid=", "--ppid", String(pid)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return (await text(ps.stdout)).trim().split(/\s+/).map(Number);
}
