/** `npm run bench -- NAME`: runs the benchmark in `NAME.ts` beside this file, by its export `bench`. */
import { readdir } from "node:fs/promises";

interface Benchmark {
  /** Measures and prints. */
  bench(): void | Promise<void>;
}

const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -".ts".length));
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
