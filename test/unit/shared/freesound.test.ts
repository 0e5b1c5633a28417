import { describe, expect, test } from "vitest";
import { PermanentError } from "#shared/errors.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import { SearchPage } from "#shared/freesound/sound.ts";
import { FreesoundError, toError } from "#shared/freesound/throttle.ts";

test.each([
  ["http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"],
  ["https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"],
  ["https://creativecommons.org/licenses/by-nc/4.0", "CC-BY-NC-4.0"],
  ["http://www.creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"],
  ["http://creativecommons.org/licenses/sampling+/1.0/", "Sampling-Plus"],
  ["https://example.org/licenses/by/4.0/", null],
  ["https://creativecommons.org.example.org/licenses/by/4.0/", null],
  ["", null],
])("licence %s is %s", (deed, spdx) => {
  expect(toSpdx(deed)).toBe(spdx);
});

describe("errors say what should happen next", () => {
  const throttled = (rate: string) =>
    `Request was throttled because of exceeding a request limit rate (${rate})`;

  test("a limit per minute is waited out", () => {
    const error = toError(429, throttled("60/minute"), null);
    expect(error).toBeInstanceOf(FreesoundError);
    expect((error as FreesoundError).retryAfterMs).toBe(60_000);
  });

  test("Retry-After comes first when it is there", () => {
    expect((toError(429, throttled("60/minute"), "7") as FreesoundError).retryAfterMs).toBe(7000);
  });

  test.each([
    [429, throttled("2000/day"), "daily-limit"],
    [401, "Invalid token", "bad-key"],
    [400, "Invalid filter.", "bad-request"],
    [404, "Not found", "bad-request"],
  ])("%i %s is permanent", (status, detail, reason) => {
    const error = toError(status, detail, null);
    expect(error).toBeInstanceOf(PermanentError);
    expect((error as PermanentError).reason).toBe(reason);
  });

  test("overload is tried again by the backoff", () => {
    const error = toError(500, "Search is overloaded, please try again later.", null);
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
