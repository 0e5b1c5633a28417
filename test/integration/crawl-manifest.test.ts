import { createHash } from "node:crypto";
import type { lookup } from "node:dns";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, afterAll, describe, expect, test } from "vitest";
import { publicHttps } from "#functions/crawl/source-manifest.ts";
import { ask, type Reach } from "#shared/web/request.ts";
import {
  backgroundOf,
  bucket,
  type Harness,
  JumpingClock,
  references,
  startHarness,
} from "./crawl-harness.ts";

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

  test.each([
    ["plain http", "http://example.org/"],
    ["another scheme", "ftp://example.org/"],
    ["a file", "file:///etc/passwd"],
    ["credentials", "https://user:secret@example.org/"],
    ["loopback", "https://127.0.0.1/"],
    ["loopback in decimal", "https://2130706433/"],
    ["loopback in octal", "https://0177.0.0.1/"],
    ["loopback in hexadecimal", "https://0x7f000001/"],
    ["loopback in short", "https://127.1/"],
    ["loopback in wide digits", "https://１２７.０.０.１/"],
    ["loopback by name", "https://localhost/"],
    ["this host", "https://0.0.0.0/"],
    ["the metadata server", "https://169.254.169.254/computeMetadata/v1/"],
    ["private", "https://10.0.0.1/"],
    ["private", "https://192.168.0.1/"],
    ["IPv6 loopback", "https://[::1]/"],
    ["IPv6 mapped", "https://[::ffff:127.0.0.1]/"],
    ["IPv6 mapped, hexadecimal", "https://[::ffff:7f00:1]/"],
    ["IPv6 NAT64", "https://[64:ff9b::7f00:1]/"],
    ["IPv6 unique local", "https://[fd00::1]/"],
    ["IPv6 link-local", "https://[fe80::1]/"],
  ])("%s: %s", async (_, url) => {
    await expect(tryIt(url)).rejects.toMatchObject(refused);
  });

  test.each([
    ["a name of a private address", ["10.1.2.3"]],
    ["a name of the metadata server", ["169.254.169.254"]],
    ["a name with one private address among public ones", ["8.8.8.8", "192.168.0.1"]],
    ["a name of an IPv6 loopback", ["::1"]],
  ])("%s", async (_, addresses) => {
    const guard = { lookup: lookupAs(...addresses) };
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

  test("a redirect inside", async () => {
    const guard = { ...reach, isAllowedAddress: () => true };
    await expect(tryIt("https://files.example/inside", guard)).rejects.toMatchObject(refused);
    expect(hits).toEqual(["GET /inside"]);
  });

  test("a server whose certificate nobody vouches for", async () => {
    // The tests' server speaks no TLS at all, as good as a wrong certificate: nothing is sent to it.
    const guard = { lookup: lookupAs("127.0.0.1"), isAllowedAddress: () => true };
    await expect(tryIt(`https://files.example:${port}/`, guard)).rejects.toThrowError(
      /SSL|TLS|wrong version/i,
    );
    expect(hits).toEqual([]);
  });
});
