import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { buildKernels } from "#shared/dsp/assembly/build.ts";

test("the committed kernels are what their source compiles to", async () => {
  const committed = new URL("../../../shared/dsp/kernels-wasm.ts", import.meta.url);
  expect(await buildKernels()).toBe(await readFile(committed, "utf8"));
});
