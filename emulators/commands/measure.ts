import { readFile, stat } from "node:fs/promises";
import type { AudioReading } from "#shared/audio/read.ts";
import { GradeConfig, parseConfig } from "#shared/config.ts";
import { PermanentError } from "#shared/errors.ts";
import { mustBeFile, parseOptions, run, UsageError } from "./cli.ts";
import { type Labeller, openLabeller } from "./measure/labeller.ts";
import { plotTargets } from "./measure/plot-targets.ts";
import type { Row, Value } from "./query.ts";
import { toScorecardRow } from "./scorecard-row.ts";
import { toTable } from "./table.ts";

const help = `npm run measure -- FILE… [options]

Metadata, measures and label of audio files, without the pipeline. A file that cannot be read is a row of its own
with the status "rejected" and the reason.

  --json       one JSON object a line
  --plot OUT   a picture too: waveform, spectrogram with the bandwidth, levels. OUT ends in .png or .svg,
               or is a folder, which gets FILE.png for each file
  --help

LABEL_THRESHOLDS, LABEL_BASIS, DNSMOS_MODEL and DNSMOS_MODEL_SHA256 mean what they mean to the function classify.
Exit code: 0 when a file was read, 1 when every file was rejected, 2 for a wrong call.
`;

void run(async (args) => {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      plot: { type: "string" },
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
  const targets = values.plot === undefined ? [] : await plotTargets(values.plot, positionals);
  const label = await openLabeller(parseConfig(GradeConfig, process.env));

  const rows: Row[] = [];
  for (const [i, path] of positionals.entries()) {
    const { row, reading } = await measure(path, label);
    rows.push(row);
    if (values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
    const target = targets[i];
    if (target === undefined || reading === null) continue;
    // The libraries that draw take their time to load.
    const { plot } = await import("./measure/plot.ts");
    await plot(path, reading, row, target);
    process.stderr.write(`${target}\n`);
  }
  if (!values.json) process.stdout.write(`${show(rows)}\n`);
  if (rows.every((row) => row["status"] === "rejected")) process.exitCode = 1;
});

async function measure(
  file: string,
  label: Labeller,
): Promise<{ row: Row; reading: AudioReading | null }> {
  const { size: sizeBytes } = await stat(file);
  try {
    const reading = await label.read(sizeBytes, () => readFile(file));
    const { tags, measures, durationSeconds, samples: _, samplesRate: __, ...facts } = reading;
    const row = {
      file,
      status: "measured",
      title: tags.title ?? null,
      durationSeconds,
      sizeBytes,
      ...facts,
      ...(await label.columns(reading)),
      ...(measures && toScorecardRow(measures)),
    };
    return { row, reading };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const row = { file, status: "rejected", reason: error.reason, detail: error.message };
    return { row, reading: null };
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
