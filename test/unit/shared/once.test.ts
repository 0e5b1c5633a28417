import { expect, test } from "vitest";
import { once } from "#shared/once.ts";

test("makes one value, however many ask at the same time", async () => {
  let made = 0;
  const get = once(async () => ({ number: ++made }));
  const [first, second] = await Promise.all([get(), get()]);
  expect(first).toBe(second);
  expect(await get()).toBe(first);
  expect(made).toBe(1);
});

test("a failure reaches all who wait for it, and the next one to ask gets another try", async () => {
  let tries = 0;
  const get = once(async () => {
    if (++tries === 1) throw new Error("no network");
    return "made";
  });
  const waiting = await Promise.allSettled([get(), get()]);
  expect(waiting.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await get()).toBe("made");
  expect(tries).toBe(2);
});
