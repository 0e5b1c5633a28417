import { readFile } from "node:fs/promises";
import { defaultAudioLimits, readAudio } from "#shared/audio/read.ts";
import { PermanentError } from "#shared/errors.ts";
import { mustBeFile, parseOptions, run, UsageError } from "./cli.ts";
import type { Row, Value } from "./query.ts";
import { toScorecardRow } from "./scorecard-row.ts";
import { toTable } from "./table.ts";

const help = `npm run measure -- FILE… [options]

Metadata, measures and label of audio files, without the pipeline. A file that cannot be read is a row of its own
with the status "rejected" and the reason.

  --json   one JSON object a line
  --help

Exit code: 0 when a file was read, 1 when every file was rejected, 2 for a wrong call.
`;

void run(async (args) => {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (positionals.length === 0)
    throw new UsageError("name at least one audio file: npm run measure -- FILE…");
  for (const path of positionals) await mustBeFile(path);

  const rows: Row[] = [];
  for (const path of positionals) {
    const row = await measure(path);
    rows.push(row);
    if (values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
  }
  if (!values.json)
    process.stdout.write(`${show(rows)}
`);
  if (rows.every((row) => row["status"] === "rejected")) process.exitCode = 1;
});

async function measure(file: string): Promise<Row> {
  const bytes = await readFile(file);
  try {
    const reading = await readAudio(bytes, { limits: defaultAudioLimits, measures: true });
    const { tags, measures, durationSeconds, ...facts } = reading;
    return {
      file,
      status: "measured",
      title: tags.title ?? null,
      durationSeconds,
      sizeBytes: bytes.length,
      ...(facts as Omit<typeof facts, "samples" | "samplesRate">),
      ...(measures && toScorecardRow(measures)),
    };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { file, status: "rejected", reason: error.reason, detail: error.message };
  }
}

/** Of a few files every fact, a row each; of many the ones that matter most, a row a file. */
function show(rows: readonly Row[]): string {
  if (rows.length > 3) return toTable(rows, summary);
  const facts = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((fact) =>
    rows.some((row) => isFilled(row[fact])),
  );
  return toTable(
    facts.map((fact) => {
      const line: Record<string, Value> = { fact };
      rows.forEach((row, i) => (line[`file ${i + 1}`] = row[fact] ?? null));
      return line;
    }),
  );
}

const summary = [
  "file",
  "status",
  "durationSeconds",
  "sampleRate",
  "channels",
  "codec",
  "label",
  "qualityScore",
  "labelReasons",
  "unratedReason",
  "reason",
];

const isFilled = (value: Value | undefined) =>
  value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
