import { expect, test } from "vitest";
import { PermanentError } from "#shared/errors.ts";
import { retry } from "#shared/retry.ts";

const quick = { call: "test", baseMs: 1, capMs: 2 };

test("tries again until it works", async () => {
  let tries = 0;
  const work = async () => {
    if (++tries < 3) throw new Error("not yet");
    return tries;
  };
  expect(await retry(work, quick)).toBe(3);
});

test("gives up after the last attempt with that attempt's error", async () => {
  let tries = 0;
  const work = () => Promise.reject(new Error(`try ${++tries}`));
  await expect(retry(work, { ...quick, attempts: 2 })).rejects.toThrowError("try 2");
});

test("never tries a permanent error again", async () => {
  let tries = 0;
  const work = () => Promise.reject(new PermanentError("x", `try ${++tries}`));
  await expect(retry(work, quick)).rejects.toThrowError("try 1");
  expect(tries).toBe(1);
});

test("waits as long as the error asks", async () => {
  let tries = 0;
  const started = performance.now();
  const work = async () => {
    if (++tries === 1) throw new Error("wait");
    return performance.now() - started;
  };
  expect(await retry(work, { ...quick, waitMs: () => 30 })).toBeGreaterThan(25);
});

test("waits as long as the answer behind the error asks, a minute at most", async () => {
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  const asking = [200, 864_000_000];
  const work = async () => {
    const retryAfterMs = asking.shift();
    if (retryAfterMs !== undefined) throw Object.assign(new Error("busy"), { retryAfterMs });
    return Promise.resolve("done");
  };
  expect(await retry(work, { ...quick, clock: { sleep } })).toBe("done");
  expect(waits).toEqual([200, 60_000]);
});
