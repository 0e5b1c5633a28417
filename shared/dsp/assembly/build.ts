/** Compiles the kernels to a TypeScript module: `node shared/dsp/assembly/build.ts`. */
import { writeFile } from "node:fs/promises";
import asc from "assemblyscript/asc";

const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"];

/** The text of `kernels-wasm.ts`. */
export async function buildKernels(): Promise<string> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ["index.ts", ...options, "--baseDir", import.meta.dirname, "--outFile", "kernels.wasm"],
    {
      writeFile: (name, contents) => {
        if (name === "kernels.wasm" && typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`the kernels do not compile: ${stderr.toString()}`);
  return `/** Compiled from assembly/ by assembly/build.ts: do not edit. */
export const kernelsWasm =
  "${Buffer.from(binary).toString("base64")}";
`;
}

if (import.meta.main)
  await writeFile(new URL("../kernels-wasm.ts", import.meta.url), await buildKernels());
