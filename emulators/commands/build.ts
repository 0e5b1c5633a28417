/** `npm run build`: one bundle per function, in `dist/NAME`, as terraform/ deploys them. */
import { join, relative } from "node:path";
import { root } from "./build/bundle.ts";
import { functionNames } from "./build/environment.ts";
import { buildFunction } from "./build/write.ts";
import { parseOptions, run, UsageError } from "./cli.ts";

const help = `npm run build [-- --out DIR] [--dnsmos] [NAME…]

  --out DIR   where to write (dist)
  --dnsmos    classify can run a DNSMOS model: the platform installs the ONNX runtime with it
  NAME        functions to build (${functionNames.join(", ")}: all)
`;

const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`.padStart(9);

void run(async (args) => {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: { out: { type: "string" }, dnsmos: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const unknown = positionals.filter((name) => !functionNames.some((known) => known === name));
  if (unknown.length > 0)
    throw new UsageError(
      `no function is called ${unknown.join(", ")}: ${functionNames.join(", ")}`,
    );
  const names = functionNames.filter(
    (name) => positionals.length === 0 || positionals.includes(name),
  );
  for (const name of names) {
    const { folder, files, digest, packages } = await buildFunction(
      name,
      values.out ?? join(root, "dist"),
      { dnsmos: values.dnsmos ?? false },
    );
    process.stdout.write(
      `${relative(process.cwd(), folder)}  ${digest.slice(0, 12)}  ${packages.length} packages\n` +
        files.map((file) => `${kib(file.bytes)}  ${file.name}\n`).join(""),
    );
  }
});
