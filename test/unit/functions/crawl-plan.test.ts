import { expect, test } from "vitest";
import { planCrawl } from "#functions/crawl/plan.ts";
import { refusal } from "#functions/crawl/policy.ts";
import { CrawlRequest } from "#functions/crawl/request.ts";
import { CrawlConfig, parseConfig } from "#shared/config.ts";

const environment = {
  GOOGLE_CLOUD_PROJECT: "p",
  RECORDINGS_BUCKET: "r",
  FREESOUND_API_KEY: "k",
};
const plan = (request: object = {}, settings: Record<string, string> = {}) =>
  planCrawl(
    parseConfig(CrawlConfig, { ...environment, ...settings }),
    CrawlRequest.parse(request),
    "http",
  );

test.each([
  [{}, {}, "incremental", "created_asc", undefined],
  [{ full: true }, {}, "full", "created_asc", undefined],
  [{ full: false }, {}, "incremental", "created_asc", undefined],
  [{ limit: 5 }, {}, "sample", "score", 5],
  [{ limit: 5, sort: "rating_desc" }, {}, "sample", "rating_desc", 5],
  [{ sort: "score" }, {}, "sample", "score", undefined],
  [{}, { CRAWL_LIMIT: "7" }, "sample", "score", 7],
  [{ full: true }, { CRAWL_LIMIT: "7" }, "full", "created_asc", undefined],
  [{ manifest: "a.csv" }, { CRAWL_FILTER: "type:wav" }, "incremental", "created_asc", undefined],
])("%j with %j is %s by %s", (request, settings, mode, sort, limit) => {
  expect(plan(request, settings)).toMatchObject({ mode, sort });
  expect(plan(request, settings).limit).toBe(limit);
});

test("a request overrides the environment, and a manifest takes no filter of Freesound's", () => {
  const settings = { CRAWL_QUERY: "voice", CRAWL_FILTER: "type:wav", CRAWL_LICENSES: "CC0-1.0" };
  expect(plan({}, settings)).toMatchObject({ query: "voice", filter: "type:wav" });
  const request = { query: "", filter: "id:1", licenses: ["CC-BY-4.0"] };
  expect(plan(request, settings)).toMatchObject(request);
  expect(plan({ manifest: "a.csv" }, settings)).toMatchObject({
    query: "a.csv",
    filter: undefined,
  });
});

test("a run stops before the platform ends it", () => {
  expect(plan().runMs).toBe(1_740_000);
  expect(plan({}, { CRAWL_TIMEOUT_SECONDS: "60" }).runMs).toBe(48_000);
});

test.each([
  [{}, null],
  [{ licenses: ["CC0-1.0"] }, null],
  [{ licenses: ["CC-BY-4.0"] }, "license"],
  [{ aiPreferences: ["open-source-models"] }, "preference"],
  [{ aiPreferences: ["no-additional-preferences"] }, null],
])("under %j the refusal is %s", (policy, reason) => {
  const { licenses, aiPreferences } = { licenses: undefined, aiPreferences: undefined, ...policy };
  const sound = { license: "CC0-1.0", genAiPreference: "no-additional-preferences" };
  expect(refusal(sound, { licenses, aiPreferences })).toBe(reason);
});

test("what is not known is not allowed once there is a policy", () => {
  const unknown = { license: null, genAiPreference: null };
  expect(refusal(unknown, { licenses: ["CC0-1.0"], aiPreferences: undefined })).toBe("license");
  const aiPreferences = ["no-additional-preferences"];
  expect(refusal(unknown, { licenses: undefined, aiPreferences })).toBe("preference");
});

test("licences of the environment are written as SPDX does", () => {
  expect(plan({}, { CRAWL_LICENSES: "cc0-1.0,CC BY 4.0,Sampling+" }).licenses).toEqual([
    "CC0-1.0",
    "CC-BY-4.0",
    "Sampling-Plus",
  ]);
});

test.each([
  ["CRAWL_LICENSES", "CC-BY", /needs its version/],
  ["CRAWL_LICENSES", "CC0-1.0,CC-FOO-9.9", /not known.*CC-BY-4.0/],
  ["CRAWL_AI_PREFERENCES", "none", /no-gen-ai/],
  ["CRAWL_FORMAT", "original", /FREESOUND_CLIENT_ID/],
  ["FREESOUND_TOKEN_STORE", "my-secret", /projects\/PROJECT/],
])("%s=%s is refused in words", (name, value, message) => {
  expect(() => plan({}, { [name]: value })).toThrowError(message);
});
