import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { paced } from "#shared/web/pace.ts";

/** So many chunks of so many bytes, each after so long. */
async function* body(chunks: number, bytes: number, afterMs: number) {
  for (let index = 0; index < chunks; index++) {
    if (afterMs > 0) await sleep(afterMs);
    yield Buffer.alloc(bytes);
  }
}
async function read(chunks: AsyncIterable<Buffer>, pauseMs = 0): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (pauseMs > 0) await sleep(pauseMs);
  }
  return size;
}

test("a body that brings next to nothing fails after a window", async () => {
  await expect(read(paced(body(100, 1, 5), "here", 20))).rejects.toThrow(
    /^here brought \d+ bytes in \d+ ms: less than 1000 a second$/,
  );
});

test("one that brings enough may take as long as it likes", async () => {
  expect(await read(paced(body(10, 1000, 5), "here", 10))).toBe(10_000);
});

test("who reads slowly is not taken for a slow server", async () => {
  expect(await read(paced(body(10, 1, 0), "here", 20), 5)).toBe(10);
});

test("what has come whole is not too slow any more", async () => {
  const whole = Object.assign(body(1, 10, 30), { complete: true });
  expect(await read(paced(whole, "here", 10))).toBe(10);
});
