import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answerBrokenBodies } from "#functions/crawl/broken-body.ts";
import { handleCrawl } from "#functions/crawl/handler.ts";
import { CrawlConfig, parseConfig } from "#shared/config.ts";
import { type Harness, references, startHarness } from "./crawl-harness.ts";

let harness: Harness;
let server: Server;
let url: string;

beforeAll(() => {
  answerBrokenBodies();
});
beforeEach(async () => {
  harness = await startHarness();
  const config = parseConfig(CrawlConfig, harness.environment);
  http("crawl", handleCrawl(config, harness.edges));
  server = getTestServer("crawl").listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await harness.close();
});
interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function call(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, init);
  const body = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    headers: response.headers,
    body,
  };
}

/** A body whose length is not announced. */
const streamOf = (text: string, times = 1) =>
  ReadableStream.from(Array.from({ length: times }, () => Buffer.from(text)));

const post = (body: unknown, headers: Record<string, string> = {}) =>
  call("/", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const expectProblem = (answer: Answer, status: number) => {
  expect(answer.type).toBe("application/problem+json");
  expect(answer).toMatchObject({
    status,
    body: { type: "about:blank", title: expect.any(String), status, detail: expect.any(String) },
  });
};

test("POST / crawls and answers the report; GET /crawls/{id} answers it again", async () => {
  harness.addSounds(3);
  const started = await post({ licenses: ["CC0-1.0"], format: "preview-hq-ogg" });
  expect(started).toMatchObject({
    status: 200,
    body: { status: "complete", stored: 3, trigger: "http" },
  });
  const shown = await call(`/crawls/${String(started.body["crawl_id"])}`);
  expect(shown).toMatchObject({ status: 200, body: started.body });
  expect(shown.body).toEqual(started.body);
});

test("a crawl without a body is one with the settings of the environment; its trigger is told by headers", async () => {
  harness.addSounds(1);
  const scheduled = await call("/", { method: "POST", headers: { "x-cloudscheduler": "true" } });
  expect(scheduled.body).toMatchObject({ query: "speech", trigger: "schedule", stored: 1 });
  expect((await post({}, { "x-earmark-trigger": "local" })).body).toMatchObject({
    trigger: "local",
  });
});

test("a dry run says what would be done, and does nothing", async () => {
  const { freesound, storage } = harness;
  harness.addSounds(310);
  freesound.sounds.change(1, { license: "http://creativecommons.org/licenses/by/3.0/" });
  const size = Number(
    (await fetch(`${freesound.url}/previews/0/1_${await userOf(1)}-hq.mp3`)).headers.get(
      "content-length",
    ),
  );
  freesound.requests.clear();
  const { status, body } = await post({
    dryRun: true,
    licenses: ["CC0-1.0"],
    limit: 10,
    sort: "created_asc",
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    dry_run: true,
    found: 310,
    looked_at: 10,
    api_calls: 1,
    would_store: 9,
    skipped_license: 1,
    megabytes: Number(((9 * size) / 1e6).toFixed(3)),
    is_estimate: false,
  });
  const whole = await post({ dryRun: true });
  expect(whole.body).toMatchObject({
    looked_at: 310,
    api_calls: 3,
    would_store: 310,
    is_estimate: true,
  });
  expect(freesound.requests.apiCalls).toBe(2);
  expect(freesound.requests.list("preview").every(({ method }) => method === "HEAD")).toBe(true);
  expect(storage.objects.list("recordings")).toEqual([]);
  expect((await harness.firestore.collection("crawls").get()).size).toBe(0);
});

async function userOf(id: number): Promise<string> {
  const { results } = (await (
    await fetch(`${harness.freesound.url}/apiv2/search/?filter=id:${id}&fields=previews`, {
      headers: { authorization: `Token ${harness.environment["FREESOUND_API_KEY"]}` },
    })
  ).json()) as { results: { previews: Record<string, string> }[] };
  return /_(\d+)-hq/.exec(results[0]?.previews["preview-hq-mp3"] ?? "")?.[1] ?? "";
}

describe("what is wrong with a request is said, all of it", () => {
  test("400", async () => {
    const answer = await post({
      querry: "x",
      limit: -1,
      licenses: ["CC-BY"],
      format: "wav",
      sort: "best",
      full: "yes",
    });
    expectProblem(answer, 400);
    const { problems } = answer.body as { problems: string[] };
    for (const key of ["querry", "limit", "licenses.0", "format", "sort", "full"])
      expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${key}: `)));
    expect(problems).toHaveLength(6);
  });

  test("400: what the environment does not allow and what cannot stand together, beside all else", async () => {
    const answer = await post({ format: "original", limit: -1, full: true, sort: "score" });
    expectProblem(answer, 400);
    expect(answer.body["problems"]).toEqual([
      expect.stringMatching(/^limit: Too small/),
      expect.stringMatching(/^limit: a full crawl looks at everything/),
      expect.stringMatching(/^sort: a full crawl goes by age/),
      expect.stringMatching(/^format: original needs FREESOUND_CLIENT_ID/),
      expect.stringMatching(/^format: original needs FREESOUND_CLIENT_SECRET/),
      expect.stringMatching(/^format: original needs FREESOUND_TOKEN_STORE/),
    ]);
    const conflict = await post({ manifest: "a.csv", query: "x", sort: "score" });
    expect(conflict.body["problems"]).toEqual([
      "query: is for Freesound and cannot stand beside manifest",
      "sort: is for Freesound and cannot stand beside manifest",
    ]);
  });

  test.each([
    [{ full: true, limit: 3 }, /^limit: .*full/],
    [{ manifest: "list.txt" }, /^manifest: .*jsonl/],
    [{ manifest: "list.csv", query: "x" }, /^query: .*manifest/],
    [[], /expected object/],
    [{ filter: "  " }, /^filter: /],
    [
      { licenses: ["foo"] },
      /^licenses.0: is not known. Known are CC0-1.0, .*CC-BY-4.0.*Sampling-Plus/,
    ],
    [{ licenses: ["CC-FOO-9.9"] }, /^licenses.0: is not known/],
    [{ licenses: ["CC-BY"] }, /^licenses.0: needs its version, as in CC-BY-4.0/],
  ])("%j", async (body, problem) => {
    const answer = await post(body);
    expectProblem(answer, 400);
    expect(answer.body["problems"]).toEqual([expect.stringMatching(problem)]);
  });

  test("a format that the environment does not allow", async () => {
    const answer = await post({ format: "original" });
    expectProblem(answer, 400);
    expect(answer.body["detail"]).toMatch(/CLIENT_ID.*CLIENT_SECRET.*TOKEN_STORE/);
  });

  test.each([
    ["no JSON", "{not json", {}, 400, /not JSON/],
    ["no object", "5", {}, 400, /expected object/],
    ["null", "null", {}, 400, /expected object/],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), {}, 400, /not JSON in UTF-8/],
    ["another type", "x", { "content-type": "text/plain" }, 415, /application\/json/],
    ["another charset", "{}", { "content-type": "application/json; charset=latin1" }, 415, /UTF-8/],
    ["compressed", "{}", { "content-encoding": "gzip" }, 415, /uncompressed/],
    ["long", JSON.stringify({ query: "x".repeat(70_000) }), {}, 413, /65536/],
    ["long and no JSON", `{${"x".repeat(70_000)}`, {}, 413, /65536/],
    ["long and of no known length", streamOf("x".repeat(70_000)), {}, 413, /65536/],
    ["very long", streamOf("x".repeat(1_000_000), 20), {}, 413, /65536/],
  ])("a body that is %s", async (_, body, headers, status, detail) => {
    const answer = await call("/", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    });
    expectProblem(answer, status);
    expect(answer.body["detail"]).toMatch(detail);
    expect(harness.rows).toEqual([]);
  });

  test.each([
    ["GET", "/", 405, "POST"],
    ["PUT", "/", 405, "POST"],
    ["OPTIONS", "/", 405, "POST"],
    ["DELETE", "/crawls/x", 405, "GET, HEAD"],
    ["POST", "/crawls/x", 405, "GET, HEAD"],
    ["POST", "/elsewhere", 404, null],
    ["GET", "/crawls", 404, null],
    ["GET", "/crawls/nobody", 404, null],
    ["GET", "/crawls/__abc__", 404, null],
    ["GET", "/crawls/..%2F..%2Fwatermarks", 404, null],
    ["GET", `/crawls/${"x".repeat(3000)}`, 404, null],
    ["GET", "/crawls/%E0%A4%A", 400, null],
    ["POST", "/%", 400, null],
  ])("%s %s is %i", async (method, path, status, allow) => {
    const answer = await call(path, { method });
    expectProblem(answer, status);
    expect(answer.headers.get("allow")).toBe(allow);
    expect(String(answer.body["detail"]).startsWith("the address")).toBe(status === 400);
    expect(harness.rows).toEqual([]);
  });

  test("HEAD answers as GET does, without a body", async () => {
    const response = await fetch(`${url}/crawls/nobody`, { method: "HEAD" });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.text()).toBe("");
  });
});

describe("422: what only Freesound or the bucket can tell to be wrong", () => {
  const bad = "durations:[1 TO 5]";

  test.each([{}, { dryRun: true }])("a filter that Freesound refuses, %j", async (more) => {
    harness.addSounds(1);
    const answer = await post({ filter: bad, ...more });
    expectProblem(answer, 422);
    expect(answer.body["detail"]).toBe(
      `filter: Freesound refuses "${bad}": Search server error: undefined field durations (please check that your filter syntax and field names are correct)`,
    );
    expect(harness.freesound.requests.apiCalls).toBe(1);
  });

  test.each([{}, { dryRun: true }])(
    "a manifest that is not there, or is none, %j",
    async (more) => {
      const missing = await post({ manifest: "no.csv", ...more });
      expectProblem(missing, 422);
      expect(missing.body["detail"]).toMatch(/^manifest: gs:\/\/references\/no.csv is not there/);
      harness.storage.objects.put(references, "bad.csv", "a,b\n1,2\n");
      const bad = await post({ manifest: "bad.csv", ...more });
      expectProblem(bad, 422);
      expect(bad.body["detail"]).toMatch(/^manifest: bad.csv: .*missing: url, title, license/);
    },
  );

  test("the report of the crawl that ended so is kept", async () => {
    const answer = await post({ filter: bad });
    const { body } = await call(`/crawls/${String(answer.body["crawl_id"])}`);
    expect(body).toMatchObject({ status: "failed", error: expect.stringContaining("durations") });
  });
});

test("a second crawl of the same query is refused with the running one's id", async () => {
  harness.addSounds(2);
  harness.freesound.failNext("slow", { on: "search", delayMs: 2000 });
  const first = post({ query: "speech" });
  await expect
    .poll(async () => (await harness.firestore.collection("watermarks").get()).size, {
      timeout: 10_000,
    })
    .toBe(1);
  const second = await post({ query: "speech", full: true });
  expectProblem(second, 409);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
  const { body } = await first;
  expect(second.body["crawl_id"]).toBe(body["crawl_id"]);
  expect((await post({ query: "speech" })).status).toBe(200);
});

test("a crawl that failed is answered with 500 and its report, so that the scheduler tries again", async () => {
  harness.freesound.failNext("invalid-token");
  const answer = await post({});
  expectProblem(answer, 500);
  expect(answer.body).toMatchObject({
    crawl_status: "failed",
    crawl_id: expect.any(String),
    detail: expect.stringMatching(/FREESOUND_API_KEY/),
    failures: [],
  });
});

test("a body without a type is refused, not passed over", async () => {
  const body = new TextEncoder().encode('{"query":"voice","dryRun":true}');
  const answer = await call("/", { method: "POST", body });
  expectProblem(answer, 415);
  expect(answer.body["problems"]).toEqual(["send application/json"]);
});
