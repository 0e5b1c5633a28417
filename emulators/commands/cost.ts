/** `npm run cost`: what recordings cost in the cloud, and what binds, at three scales. */
import { assumed } from "./cost/measured.ts";
import { airflow, pricesAsOf, standing } from "./cost/prices.ts";
import { answer, describe } from "./cost/report.ts";
import { parseOptions, run, UsageError } from "./cli.ts";

const help = `npm run cost [-- OPTIONS]

  --recordings N,…   scales (10000,1000000,100000000)
  --seconds S        mean length of a recording (${assumed.secondsPerRecording})
  --paired SHARE     share of recordings with a reference, 0 to 1 (${assumed.referenceShare})
  --json             one JSON document
`;

void run(async (args) => {
  const { values } = parseOptions({
    args,
    options: {
      recordings: { type: "string", default: "10000,1000000,100000000" },
      seconds: { type: "string", default: String(assumed.secondsPerRecording) },
      paired: { type: "string", default: String(assumed.referenceShare) },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const seconds = parse("seconds", values.seconds, Infinity);
  const referenceShare = parse("paired", values.paired, 1);
  const answers = values.recordings
    .split(",")
    .map((text) => answer(parse("recordings", text, Infinity), seconds, referenceShare));
  if (values.json)
    process.stdout.write(`${JSON.stringify({ pricesAsOf, standing, airflow, scales: answers })}\n`);
  else process.stdout.write(describe(answers));
});

function parse(option: string, text: string, most: number): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number <= most && (option === "paired" || number > 0))
    return number;
  throw new UsageError(
    `--${option} takes a number${most === 1 ? " from 0 to 1" : " above 0"}, not "${text}"`,
  );
}
