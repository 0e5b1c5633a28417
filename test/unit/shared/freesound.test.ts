import { describe, expect, test } from "vitest";
import { PermanentError } from "#shared/errors.ts";
import { admitHost } from "#shared/freesound/hosts.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import { SearchPage } from "#shared/freesound/sound.ts";
import { FreesoundError, toError } from "#shared/freesound/throttle.ts";

test.each([
  ["http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"],
  ["https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"],
  ["https://creativecommons.org/licenses/by-nc/4.0", "CC-BY-NC-4.0"],
  ["http://www.creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"],
  ["http://creativecommons.org/licenses/sampling+/1.0/", "Sampling-Plus"],
  ["http://creativecommons.org/licenses/sampling%2B/1.0/", "Sampling-Plus"],
  ["HTTPS://WWW.CreativeCommons.org/licenses/BY-NC-SA/2.5/", "CC-BY-NC-SA-2.5"],
  ["https://creativecommons.org/licenses/by-nc/4.0/deed.en", "CC-BY-NC-4.0"],
  ["https://creativecommons.org/licenses/by/3.0/us/legalcode", "CC-BY-3.0-US"],
  ["https://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"],
  ["https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"],
  ["https://creativecommons.org/licenses/by/3.0/xx/", null],
  ["https://creativecommons.org/licenses/by/4.01/", null],
  ["https://creativecommons.org/licenses/foo/9.9/", null],
  ["https://creativecommons.org/licenses/by/5.0/", null],
  ["https://evil.example/?https://creativecommons.org/licenses/by/4.0/", null],
  ["https://example.org/licenses/by/4.0/", null],
  ["https://creativecommons.org.example.org/licenses/by/4.0/", null],
  ["", null],
])("licence %s is %s", (deed, spdx) => {
  expect(toSpdx(deed)).toBe(spdx);
});

const throttled = (rate: string) =>
  `Request was throttled because of exceeding a request limit rate (${rate})`;

describe("errors say what should happen next", () => {
  test("a limit per minute is waited out", () => {
    const error = toError(429, throttled("60/minute"), undefined);
    expect(error).toBeInstanceOf(FreesoundError);
    expect((error as FreesoundError).retryAfterMs).toBe(60_000);
  });

  test("a limit per day is asked after once an hour, and the rate is learned", () => {
    expect(toError(429, throttled("500/day"), undefined)).toMatchObject({
      retryAfterMs: 3_600_000,
      rate: { limit: 500, unit: "day" },
    });
    expect(toError(429, "slow down", undefined)).toMatchObject({
      retryAfterMs: 60_000,
      rate: null,
    });
  });

  test("Retry-After comes first when it is there, as seconds or as a date", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    const waitOf = (text: string) =>
      (toError(429, throttled("60/minute"), text, now) as FreesoundError).retryAfterMs;
    expect(waitOf("7")).toBe(7000);
    expect(waitOf("Thu, 01 Jan 2026 00:01:30 GMT")).toBe(90_000);
    expect(waitOf("Wed, 31 Dec 2025 00:00:00 GMT")).toBe(0);
    expect(waitOf("soon")).toBe(60_000);
    expect(toError(503, "", "5")).toMatchObject({ status: 503, retryAfterMs: 5000 });
  });

  test.each(["864000", "99999999999999999999", "Thu, 31 Dec 9999 23:59:59 GMT"])(
    "Retry-After: %s is asked after in an hour",
    (text) => {
      for (const status of [429, 503])
        expect(toError(status, throttled("60/minute"), text)).toMatchObject({
          retryAfterMs: 3_600_000,
        });
    },
  );

  test.each([
    [401, "Invalid token", "bad-key"],
    [400, "Invalid filter.", "bad-request"],
    [404, "Not found", "not-found"],
  ])("%i %s is permanent", (status, detail, reason) => {
    const error = toError(status, detail, undefined);
    expect(error).toBeInstanceOf(PermanentError);
    expect((error as PermanentError).reason).toBe(reason);
  });

  test("overload is tried again by the backoff", () => {
    const error = toError(500, "Search is overloaded, please try again later.", undefined);
    expect(error).toMatchObject({ status: 500, retryAfterMs: undefined });
  });
});

test("a search page keeps null results and renames what is ours", () => {
  const sound = {
    id: 7,
    name: "a.wav",
    url: "https://freesound.org/s/7/",
    username: "ann",
    license: "http://creativecommons.org/publicdomain/zero/1.0/",
    created: "2026-01-01T00:00:00",
    gen_ai_preference: "no-gen-ai",
    filesize: 10,
  };
  const page = SearchPage.parse({ count: 2, next: null, previous: null, results: [null, sound] });
  expect(page.results).toEqual([
    null,
    expect.objectContaining({ soundId: 7, fileSize: 10, genAiPreference: "no-gen-ai", tags: [] }),
  ]);
});

test.each([
  ["2026-01-01T00:00:00", "2026-01-01T00:00:00.000Z"],
  ["2026-01-01T00:00:00.123", "2026-01-01T00:00:00.123Z"],
  ["2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00.000Z"],
])("the time %s is %s", (created, utc) => {
  const sound = { id: 7, name: "a", url: "u", username: "ann", license: "l", created };
  expect(SearchPage.parse({ count: 1, results: [sound] }).results).toMatchObject([
    { created: utc },
  ]);
});

test("a result that is no sound is told apart, with its id if it has one", () => {
  const { results } = SearchPage.parse({ count: 2, results: [{ id: 7, name: 5 }, "x"] });
  expect(results).toEqual([
    { soundId: 7, problem: expect.stringMatching(/name/) },
    { soundId: null, problem: expect.any(String) },
  ]);
});

test.each([
  ["https://freesound.org/x", true],
  ["https://cdn.freesound.org/previews/1.mp3", true],
  ["http://freesound.org/x", false],
  ["https://evilfreesound.org/x", false],
  ["https://freesound.org.evil.example/x", false],
  ["https://freesound.org:8443/x", false],
  ["https://freesound.org@evil.example/x", false],
  ["https://169.254.169.254/computeMetadata/v1/", false],
])("%s may be asked: %s", (url, isAllowed) => {
  let refusal: unknown;
  try {
    admitHost(new URL(url), new URL("https://freesound.org"));
  } catch (error) {
    refusal = (error as PermanentError).reason;
  }
  expect(refusal).toBe(isAllowed ? undefined : "foreign-host");
});
