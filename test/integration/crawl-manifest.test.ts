import { createHash } from "node:crypto";
import { lookup } from "node:dns";
import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, afterAll, describe, expect, test, vi } from "vitest";
import { setLogLevel } from "#shared/log.ts";
import { publicHttps } from "#shared/web/public-https.ts";
import { isPublicAddress } from "#shared/web/address.ts";
import { ask, type Reach } from "#shared/web/request.ts";
import {
  backgroundOf,
  bucket,
  type Harness,
  JumpingClock,
  references,
  startHarness,
} from "./crawl-harness.ts";
import { literalTargets, namedTargets, toTable, toUrl } from "./ssrf-targets.ts";

const audio = Buffer.from("as good as audio");
const md5 = createHash("md5").update(audio).digest("hex");
let files: Server;
let port: number;
const hits: string[] = [];

beforeAll(async () => {
  files = createServer((request, response) => {
    const { url = "" } = request;
    hits.push(`${request.method} ${url}`);
    if (url.startsWith("/missing")) response.writeHead(404).end();
    else if (url.startsWith("/page"))
      response.writeHead(200, { "content-type": "text/html" }).end("<p>");
    else if (url.startsWith("/to?"))
      response.writeHead(302, { location: toAscii(decodeURIComponent(url.slice(4))) }).end();
    else if (url.startsWith("/nowhere"))
      response.writeHead(302, { location: "http://[nowhere" }).end();
    else if (url.startsWith("/packed"))
      response
        .writeHead(200, { "content-type": "audio/wav", "content-encoding": "gzip" })
        .end("packed");
    else if (url.startsWith("/inside"))
      response.writeHead(302, { location: "http://localhost:1/" }).end();
    else {
      response.setHeader("content-type", "audio/wav");
      response.setHeader("content-length", audio.length);
      response.end(request.method === "HEAD" ? undefined : audio);
    }
  });
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
  ({ port } = files.address() as AddressInfo);
});
afterAll(() => files.close());

let harness: Harness | undefined;
afterEach(async () => {
  hits.length = 0;
  await harness?.close();
  harness = undefined;
});

const lookupAs = (...addresses: string[]) =>
  ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;

/** The guard with one hole for the tests' own server, which stands for a public one: files.example. */
const hole: Reach = {
  admit: (url) => (url.host === `files.example` ? undefined : publicHttps.admit(url)),
  isAllowedAddress: (address) => address === "127.0.0.1",
  lookup: lookupAs("127.0.0.1"),
};

/** The entries' addresses are https; on the way to the tests' own server they become http with its port. */
const reach: Reach = {
  ...hole,
  admit(url) {
    if (url.hostname === "files.example")
      Object.assign(url, { protocol: "http:", port: String(port) });
    else hole.admit(url);
  },
};

const toAscii = (text: string) => text.replaceAll(/[^ -~]+/g, encodeURIComponent);

/** The guard as it is, but that files.example, and it alone, may be the tests' own server. */
function guarded(): Reach {
  let host = "";
  return {
    ...publicHttps,
    admit(url) {
      host = url.hostname;
      reach.admit(url);
    },
    isAllowedAddress: (address) =>
      host === "files.example" ? address === "127.0.0.1" : isPublicAddress(address),
    lookup: ((name: string, options: never, done: never) =>
      (name === "files.example" ? lookupAs("127.0.0.1") : lookup)(
        name,
        options,
        done,
      )) as typeof lookup,
  };
}

const entry = (path: string, more: object = {}) => ({
  url: `https://files.example/${path}`,
  title: path,
  license: "CC0-1.0",
  ...more,
});

test("a manifest is a source like any other: policy, checksums, limits, failures by line, once is enough", async () => {
  harness = await startHarness({ reach });
  const lines = [
    entry("one.wav", { md5, author: "Ann", tags: "a,b", source_url: "https://example.org/one" }),
    entry("two.wav", { license: "https://creativecommons.org/licenses/by/4.0/" }),
    entry("one.wav"),
    entry("wrong.wav", { md5: "0".repeat(32) }),
    entry("missing.wav"),
    entry("page.wav"),
    entry("inside.wav"),
    { title: "no address" },
  ];
  const content = lines.map((line) => JSON.stringify(line)).join("\n");
  harness.storage.objects.put(references, "lists/talks.jsonl", content);
  const request = { manifest: "lists/talks.jsonl", licenses: ["CC0-1.0"] };
  const report = await harness.crawl(request);
  expect(report).toMatchObject({
    status: "complete",
    source: "manifest",
    query: "lists/talks.jsonl",
    found: 8,
    stored: 1,
    skipped_license: 1,
    failed: 5,
    api_calls: 0,
  });
  const reasons = Object.fromEntries(report.failures.map(({ title, reason }) => [title, reason]));
  expect(reasons).toEqual({
    "line 8": expect.stringMatching(/url/),
    "wrong.wav": expect.stringMatching(/MD5/),
    "missing.wav": expect.stringMatching(/404/),
    "page.wav": expect.stringMatching(/text\/html, not audio/),
    "inside.wav": expect.stringMatching(/not https/),
  });
  const [object] = harness.storage.objects.list(bucket);
  expect(object?.name).toMatch(/^manifest\/[0-9a-f]{20}\.wav$/);
  expect(object?.fields.metadata).toMatchObject({
    source: "manifest",
    "source-url": "https://example.org/one",
    title: "one.wav",
    username: "Ann",
    license: "CC0-1.0",
    tags: "a,b",
    md5,
    query: "lists/talks.jsonl",
  });
  hits.length = 0;
  const again = await harness.crawl(request);
  expect(again).toMatchObject({ stored: 0, already_stored: 1 });
  expect(hits.filter((hit) => hit.includes("one.wav"))).toEqual([]);
});

test("odd files: a part of one is the same one, a redirect to nowhere and a compressed one are refused at once", async () => {
  harness = await startHarness({ reach });
  const lines = ["one.wav#t=10", "one.wav", "one.wav#t=20", "nowhere.wav", "packed.wav"];
  const content = lines.map((path) => JSON.stringify(entry(path))).join("\n");
  harness.storage.objects.put(references, "odd.jsonl", content);
  const report = await harness.crawl({ manifest: "odd.jsonl" });
  expect(report).toMatchObject({ status: "complete", stored: 1, failed: 2 });
  expect(Object.fromEntries(report.failures.map(({ title, reason }) => [title, reason]))).toEqual({
    "nowhere.wav": expect.stringMatching(/nowhere\.wav redirects to what is no address: "http:/),
    "packed.wav": expect.stringMatching(/packed\.wav comes with Content-Encoding gzip/),
  });
  expect(hits.toSorted()).toEqual(["GET /nowhere.wav", "GET /one.wav", "GET /packed.wav"]);
});

test("a manifest that is not there, or is none, fails with its reason", async () => {
  harness = await startHarness();
  expect(await harness.crawl({ manifest: "no.csv" })).toMatchObject({
    status: "failed",
    error: expect.stringMatching(/gs:\/\/references\/no.csv is not there/),
  });
  harness.storage.objects.put(references, "bad.csv", "a,b\n1,2\n");
  expect(await harness.crawl({ manifest: "bad.csv" })).toMatchObject({
    status: "failed",
    error: expect.stringMatching(/missing: url, title, license/),
  });
});

test("a long manifest goes on where it was stopped", async () => {
  const [leaseMs, runMs] = [120_000, 1_740_000];
  const clock = new JumpingClock("2026-01-01T00:00:00Z", backgroundOf({ leaseMs, runMs }));
  harness = await startHarness({ reach, clock });
  const lines = Array.from({ length: 140 }, (_, index) => JSON.stringify(entry(`${index}.wav`)));
  harness.storage.objects.put(references, "long.jsonl", lines.join("\n"));
  const stopped = harness.crawl({ manifest: "long.jsonl" });
  await expect.poll(() => hits.length, { timeout: 20_000 }).toBeGreaterThan(105);
  clock.jump(runMs);
  const first = await stopped;
  expect(first).toMatchObject({ status: "partial", failed: 0 });
  const second = await harness.crawl({ manifest: "long.jsonl" });
  expect(second).toMatchObject({ status: "complete", resumed_from: first.crawl_id, failed: 0 });
  expect(second.already_stored).toBeLessThanOrEqual(100);
  expect(harness.storage.objects.list(bucket)).toHaveLength(140);
});

const tryIt = async (url: string, guard: Partial<Reach> = {}) =>
  ask(new URL(url), { ...publicHttps, ...guard }, { idleTimeoutMs: 1000 });

describe("SSRF: what a manifest may never reach", () => {
  const refused = { reason: "refused-address" };
  const literals = literalTargets.flatMap(({ target, tried }) =>
    tried.map((one) => [target, toUrl(one)] as const),
  );

  test("is documented as it is tried", async () => {
    const readme = new URL("../../functions/crawl/README.md", import.meta.url);
    expect(await readFile(readme, "utf8")).toContain(toTable());
  });

  test.each(literals)("%s: %s", async (_, url) => {
    await expect(tryIt(url)).rejects.toMatchObject(refused);
  });

  test.each(literals)("as a redirect, %s: %s", async (_, url) => {
    const address = `https://files.example/to?${encodeURIComponent(url)}`;
    await expect(tryIt(address, guarded())).rejects.toMatchObject(refused);
    expect(hits).toHaveLength(1);
  });

  test("in a manifest every one of them is a failure of its own line, and nothing is fetched", async () => {
    harness = await startHarness();
    const lines = literals.map(([title, url]) => ({ url, title, license: "CC0-1.0" }));
    harness.storage.objects.put(
      references,
      "inside.jsonl",
      lines.map((line) => JSON.stringify(line)).join("\n"),
    );
    const report = await harness.crawl({ manifest: "inside.jsonl" });
    expect(report).toMatchObject({ stored: 0, bytes: 0 });
    // The same address, written otherwise, is one recording.
    expect(report.failed).toBeGreaterThan(45);
    for (const { reason } of report.failures)
      expect(reason).toMatch(/not on the public internet|https|credentials|port/);
  });

  test.each(
    namedTargets.flatMap(({ target, tried }) => tried.map((one) => [target, one] as const)),
  )("%s: %s", async (_, addresses) => {
    const guard = { lookup: lookupAs(...addresses.split(", ")) };
    await expect(tryIt("https://harmless.example/", guard)).rejects.toMatchObject(refused);
  });

  test("a name that changes its address between check and connection: there is no such moment", async () => {
    let lookups = 0;
    const rebinding = ((name: string, options: object, done: never) => {
      lookups++;
      (
        lookupAs(lookups === 1 ? "127.0.0.1" : "8.8.8.8") as unknown as (...rest: unknown[]) => void
      )(name, options, done);
    }) as unknown as typeof lookup;
    await expect(tryIt("https://rebinding.example/", { lookup: rebinding })).rejects.toMatchObject(
      refused,
    );
    expect(lookups).toBe(1);
  });

  test("a name that has moved inside since the connection before is refused for the next one", async () => {
    const answers = ["127.0.0.1", "10.0.0.1"];
    const moving = {
      ...reach,
      lookup: ((...asked: [string, never, never]) =>
        lookupAs(answers.shift() ?? "10.0.0.1")(...asked)) as typeof lookup,
    };
    const [first, second] = [`https://files.example/one.wav`, "https://files.example/one.wav"];
    (await tryIt(first, moving)).body.destroy(); // its connection is not used again
    await expect(tryIt(second, moving)).rejects.toMatchObject(refused);
  });

  test("a server whose certificate nobody vouches for", async () => {
    // The tests' server speaks no TLS at all, as good as a wrong certificate: nothing is sent to it.
    const guard = {
      admit: () => {},
      lookup: lookupAs("127.0.0.1"),
      isAllowedAddress: () => true,
    };
    await expect(tryIt(`https://files.example:${port}/`, guard)).rejects.toThrowError(
      /SSL|TLS|wrong version/i,
    );
    expect(hits).toEqual([]);
  });
});

test("a signed address is one recording however often it is signed, and its signature is told to nobody", async () => {
  harness = await startHarness({ reach });
  const put = (secret: string) =>
    harness?.storage.objects.put(
      references,
      "signed.csv",
      [
        "url,title,license",
        `https://files.example/one.wav?X-Goog-Signature=${secret}&id=7,One,CC0-1.0`,
        `https://files.example/missing.wav?token=${secret},Two,CC0-1.0`,
        `https://files.example/page.wav?sig=${secret},Three,CC0-1.0`,
        `https://files.example/inside.wav?sig=${secret},Four,CC0-1.0`,
      ].join("\n"),
    );
  put("secret-one");
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  setLogLevel("DEBUG");
  const first = await harness.crawl({ manifest: "signed.csv" }).finally(() => {
    write.mockRestore();
    setLogLevel("ERROR");
  });
  expect(first).toMatchObject({ stored: 1, failed: 3 });
  expect(lines.join("")).toContain("missing.wav");
  const [object] = harness.storage.objects.list(bucket);
  expect(object?.fields.metadata).toMatchObject({ "source-url": "https://files.example/one.wav" });
  expect(JSON.stringify([first, lines, harness.rows, object?.fields])).not.toContain("secret-one");
  put("secret-two");
  expect(await harness.crawl({ manifest: "signed.csv" })).toMatchObject({
    stored: 0,
    already_stored: 1,
  });
});

test("a manifest that is too long is refused before it is read", async () => {
  harness = await startHarness();
  harness.storage.objects.put(references, "long.csv", Buffer.alloc(20_000_001, 97));
  expect(await harness.crawl({ manifest: "long.csv" })).toMatchObject({
    status: "failed",
    error: expect.stringMatching(/long.csv has 20000001 bytes, it may have 20000000: split it/),
  });
});
