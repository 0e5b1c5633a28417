import { Cron } from "croner";
import { leftOut } from "../local/left-out.ts";
import { clearState, writeState } from "../local/state.ts";
import { startLocal } from "../local.ts";
import { startScheduler } from "../scheduler/index.ts";
import { parseCount, parseOptions, run, untilStopped, UsageError } from "./cli.ts";
import { parsePorts } from "./ports.ts";
import { startProgress } from "./progress.ts";
import { crawlNow, followCrawl } from "./start-crawl.ts";
import { readResult, toReport } from "./start-result.ts";

const help = `npm start -- [options]

Starts the emulators and the functions, crawls, grades, and shows the result; then stays up with the scheduler.
With FREESOUND_API_KEY set it crawls Freesound, else the local Freesound server with the bundled sounds.

  --once                 exit when everything is settled
  --json                 one JSON document {crawl, audioInfo, rejections} on stdout, progress on stderr
  --sounds DIR           the local Freesound server serves the audio files of DIR
  --references DIR       clean references: NAME.flac pairs with the sound NAME.*
  --query Q --limit N    what to search, and the most sounds to look at
  --schedule CRON        when the scheduler crawls again (default "0 * * * *")
  --port NAME=PORT       a fixed port: storage, firestore, pubsub, bigquery or freesound (may be repeated)
  --google-emulators     Google's own Firestore and Pub/Sub emulators (Java and the Cloud SDK)
  --help
`;

/** Crawling the real Freesound without a limit would fetch every sound that matches. */
const remoteLimit = 50;

void run(async (args) => {
  const { values } = parseOptions({
    args,
    options: {
      once: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      sounds: { type: "string" },
      references: { type: "string" },
      query: { type: "string" },
      limit: { type: "string" },
      schedule: { type: "string", default: "0 * * * *" },
      port: { type: "string", multiple: true },
      "google-emulators": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const remoteKey = values.sounds === undefined ? process.env["FREESOUND_API_KEY"] : undefined;
  const limit = values.limit === undefined ? undefined : parseCount("limit", values.limit);
  const request = {
    ...(values.query === undefined ? {} : { query: values.query }),
    ...(limit === undefined ? (remoteKey ? { limit: remoteLimit } : {}) : { limit }),
  };
  mustBeCron(values.schedule);
  const progress = startProgress();
  let following: ReturnType<typeof followCrawl> | undefined;
  const stopped = untilStopped().then(() => "stopped" as const);
  const local = await startLocal({
    soundsFolder: values.sounds,
    referencesFolder: values.references,
    ports: parsePorts(values.port),
    googleEmulators: values["google-emulators"],
    settings: localSettings(remoteKey),
    onLine: (name, line) => progress.say(`${name}: ${line}`),
  });
  try {
    writeState(local.environment);
    const others = values.sounds && (await leftOut(values.sounds, local.freesound.sounds.list()));
    if (others) progress.say(others);
    following = followCrawl(local, progress, request.limit);
    const outcome = await Promise.race([stopped, crawlNow(local, request)]);
    if (outcome === "stopped") return;
    const settled = await Promise.race([stopped, local.eventarc.settled()]);
    if (settled === "stopped") return;
    following.stop();
    progress.stop();
    const result = await readResult(local, outcome);
    process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : toReport(result));
    if (result.crawl["status"] === "failed") process.exitCode = 1;
    if (values.once) return;
    const scheduler = startScheduler({
      cron: values.schedule,
      url: local.functions.crawl.url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    process.stderr.write(`\n${upMessage(local.functions.crawl.url, scheduler.next())}\n`);
    await stopped;
    await scheduler.close();
  } finally {
    following?.stop();
    progress.stop();
    clearState();
    await local.close();
  }
});

function mustBeCron(schedule: string): void {
  try {
    new Cron(schedule, { paused: true }).stop();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--schedule takes a cron line such as "0 * * * *": ${why}`, { cause });
  }
}

function localSettings(remoteKey: string | undefined): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (
      /^(CRAWL_|MAX_|DECODE_|FREESOUND_(?!API_KEY$|BASE_URL$)|LOG_LEVEL$|LABEL_(THRESHOLDS|BASIS)$|DNSMOS_|FIXED_REFERENCE$)/.test(
        name,
      ) &&
      value
    )
      settings[name] = value;
  if (!remoteKey) return settings;
  const baseUrl = process.env["FREESOUND_BASE_URL"] ?? "https://freesound.org";
  return { ...settings, FREESOUND_API_KEY: remoteKey, FREESOUND_BASE_URL: baseUrl };
}

function upMessage(crawlUrl: string, next: Date | null): string {
  return [
    "Earmark is up. In another terminal:",
    '  npm run sql -- "SELECT title, quality_label, license FROM earmark.audio_info"',
    "  npm run drop -- FILE…",
    `  curl -X POST ${crawlUrl} -H 'content-type: application/json' -d '{"query": "speech", "dryRun": true}'`,
    `  curl ${crawlUrl}crawls/CRAWL_ID`,
    `Next scheduled crawl: ${next?.toISOString() ?? "never"}. Ctrl-C ends everything.`,
  ].join("\n");
}
