import { basename, extname } from "node:path";
import { mustBeFile, parseOptions, run, UsageError } from "./cli.ts";
import { connectBuckets } from "./connect.ts";

const help = `npm run drop -- FILE… [options]

Puts audio files into the recordings bucket, where they are loaded and graded.

  --reference FILE    the clean signal of the one file given: their pair is scored with PESQ
  --prefix NAME/      folder in the bucket (default none)
  --bucket gs://NAME  a bucket in the cloud (default: the local Earmark that runs)
  --help
`;

void run(async (args) => {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      reference: { type: "string" },
      prefix: { type: "string", default: "" },
      bucket: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (positionals.length === 0)
    throw new UsageError("name at least one audio file: npm run drop -- FILE…");
  if (values.reference !== undefined && positionals.length > 1)
    throw new UsageError("--reference goes with one file, for it is the reference of that file");
  for (const path of [
    ...positionals,
    ...(values.reference === undefined ? [] : [values.reference]),
  ])
    await mustBeFile(path);

  const { storage, recordings, references } = connectBuckets(values.bucket);
  for (const path of positionals) {
    const name = values.prefix + basename(path);
    if (values.reference !== undefined) {
      // The reference goes first: the recording's event looks for it.
      const stem = name.slice(0, name.length - extname(name).length);
      const destination = stem + extname(values.reference).toLowerCase();
      await storage.bucket(references).upload(values.reference, { destination });
      process.stdout.write(`gs://${references}/${destination}\n`);
    }
    await storage.bucket(recordings).upload(path, { destination: name });
    process.stdout.write(`gs://${recordings}/${name}\n`);
  }
});
