import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDatabase } from "#emulators/firestore/database.ts";
import { createTransactions } from "#emulators/firestore/transactions.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const retried = { readWrite: { retryTransaction: Buffer.from("before") } };

test("a transaction left alone for a minute has expired", async () => {
  const transactions = createTransactions(createDatabase("d"));
  const { id } = await transactions.begin({}, []);
  vi.advanceTimersByTime(59_000);
  expect(transactions.find(id).id).toBe(id);
  vi.advanceTimersByTime(61_000);
  expect(() => transactions.find(id)).toThrow("transaction has expired");
});

test("a transaction in use expires after 270 seconds", async () => {
  const transactions = createTransactions(createDatabase("d"));
  const { id } = await transactions.begin({}, []);
  for (let used = 0; used < 9; used++) {
    vi.advanceTimersByTime(30_000);
    transactions.find(id);
  }
  vi.advanceTimersByTime(1000);
  expect(() => transactions.find(id)).toThrow("transaction has expired");
});

test("retried transactions on one document take turns", async () => {
  const transactions = createTransactions(createDatabase("d"));
  const first = await transactions.begin(retried, ["c/a"]);
  const order: string[] = [];
  const second = transactions.begin(retried, ["c/a"]).then((next) => (order.push("second"), next));
  const elsewhere = await transactions.begin(retried, ["c/b"]);
  order.push("first ends");
  transactions.end(first);
  transactions.end(await second);
  transactions.end(elsewhere);
  expect(order).toEqual(["first ends", "second"]);
});

test("who has waited two seconds goes ahead", async () => {
  const transactions = createTransactions(createDatabase("d"));
  await transactions.begin(retried, ["c/a"]);
  const second = transactions.begin(retried, ["c/a"]);
  await vi.advanceTimersByTimeAsync(2000);
  expect((await second).readOnly).toBe(false);
});
