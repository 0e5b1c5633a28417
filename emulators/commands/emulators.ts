import { createTopics, createWarehouse } from "../local/resources.ts";
import { startServices } from "../local/services.ts";
import { clearState, writeState } from "../local/state.ts";
import { flow } from "../local.ts";
import { parseOptions, run, untilStopped, UsageError } from "./cli.ts";
import { parsePorts } from "./ports.ts";

const help = `npm run emulators -- [options]

Starts the local servers, with Earmark's buckets, topics, tables and views in them, until stopped.

  --json                 print the environment variables as one line of JSON
  --project ID           project id (default earmark-local)
  --sounds DIR           folder of audio that the local Freesound serves
  --port NAME=PORT       a fixed port: storage, firestore, pubsub, bigquery or freesound (may be repeated)
  --google-emulators     Google's own Firestore and Pub/Sub emulators (Java and the Cloud SDK)
  --help
`;

void run(async (args) => {
  const { values } = parseOptions({
    args,
    options: {
      json: { type: "boolean", default: false },
      project: { type: "string", default: "earmark-local" },
      sounds: { type: "string" },
      port: { type: "string", multiple: true },
      "google-emulators": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const projectId = values.project;
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(projectId))
    throw new UsageError(
      `--project takes a project id (6 to 30 of a-z, 0-9 and -, a letter first), not "${projectId}"`,
    );
  const services = await startServices({
    projectId,
    soundsFolder: values.sounds,
    ports: parsePorts(values.port),
    googleEmulators: values["google-emulators"],
  });
  try {
    const { environment, clients, storage } = services;
    for (const bucket of [flow.recordingsBucket(projectId), flow.referencesBucket(projectId)])
      storage.objects.createBucket(bucket);
    await createWarehouse(clients.bigquery, flow.dataset);
    await createTopics(clients.pubsub, flow.eventsTopic, flow.deadLettersTopic);
    writeState(environment);
    const lines = values.json
      ? JSON.stringify(environment)
      : Object.entries(environment)
          .map(([name, value]) => `export ${name}=${value}`)
          .join("\n");
    process.stdout.write(`${lines}\n`);
    await untilStopped();
  } finally {
    clearState();
    await services.close();
  }
});
