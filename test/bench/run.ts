/** `npm run bench -- NAME`: runs the benchmark in `NAME.ts` beside this file, by its export `bench`. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Benchmark {
  /** Measures and prints. */
  bench(): void | Promise<void>;
}

/** Files here that export `bench`, by their names; others are tools, and are not loaded to see. */
async function findBenchmarks(): Promise<string[]> {
  const names: string[] = [];
  for (const file of await readdir(import.meta.dirname)) {
    if (!file.endsWith(".ts") || file === "run.ts") continue;
    const source = await readFile(join(import.meta.dirname, file), "utf8");
    if (/^export (async )?function bench\b/m.test(source)) names.push(file.slice(0, -3));
  }
  return names;
}

const names = await findBenchmarks();
const [name, ...more] = process.argv.slice(2);

if (name === undefined || more.length > 0 || !names.includes(name)) {
  const problem =
    name === undefined
      ? "name a benchmark"
      : `there is no benchmark "${[name, ...more].join(" ")}"`;
  process.stderr.write(`${problem}: npm run bench -- ${names.join("|")}\n`);
  process.exitCode = 2;
} else {
  const benchmark = (await import(`./${name}.ts`)) as Benchmark;
  await benchmark.bench();
}
