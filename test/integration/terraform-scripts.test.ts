import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { root } from "#emulators/commands/build/bundle.ts";

const hasGcloud = spawnSync("which", ["gcloud"]).status === 0;
const run = promisify(execFile);

const subscription = "projects/p/subscriptions/eventarc-europe-west1-load-sub-1";
const agent = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com";

/** What Google would answer, by method and path. */
const answers: Readonly<Record<string, unknown>> = {
  "GET /v1/projects/p/locations/europe-west1/triggers/load-1": {
    transport: { pubsub: { subscription } },
  },
  "GET /v1/projects/p/locations/europe-west1/triggers/other": {},
  [`GET /v1/${subscription}:getIamPolicy`]: { etag: "BwX=", bindings: [] },
  [`POST /v1/${subscription}:setIamPolicy`]: {},
  [`PATCH /v1/${subscription}`]: { name: subscription },
  "POST /v1beta1/projects/p/services/pubsub.googleapis.com:generateServiceIdentity": {
    name: "operations/finished.1",
    done: true,
    response: { email: agent.slice("serviceAccount:".length), uniqueId: "1" },
  },
};

interface Received {
  readonly call: string;
  readonly authorization: string | undefined;
  readonly payer: string | undefined;
  readonly body: unknown;
}

let server: Server;
let home: string;
let received: Received[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "earmark-gcloud-"));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const call = `${request.method} ${(request.url ?? "").split("?")[0]}`;
      const { authorization } = request.headers;
      const payer = request.headers["x-goog-user-project"]?.toString();
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || "{}");
      received.push({ call, authorization, payer, body });
      response.statusCode = call in answers ? 200 : 404;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answers[call] ?? { error: { code: 404, message: call } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.close();
  await rm(home, { recursive: true });
});
beforeEach(() => {
  received = [];
});

/** Runs a script with gcloud sent to the server above; answers what it printed and whether it succeeded. */
async function script(name: string, variables: Readonly<Record<string, string>>) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const apis = ["EVENTARC", "PUBSUB", "SERVICEUSAGE"];
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    CLOUDSDK_CONFIG: home,
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    NO_GCE_CHECK: "true", // asking for a metadata server takes ten seconds where there is none
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
    ...Object.fromEntries(apis.map((api) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`, url])),
    ...variables,
  };
  return run("bash", [join(root, "terraform", name)], { env }).then(
    ({ stdout, stderr }) => ({ ok: true, said: stdout + stderr }),
    (error: Error & { stdout: string; stderr: string }) => ({
      ok: false,
      said: error.stdout + error.stderr,
    }),
  );
}

const signedIn = { PROJECT: "p", GOOGLE_OAUTH_ACCESS_TOKEN: "token-of-terraform" };
const trigger = (name: string) => ({
  ...signedIn,
  TRIGGER: `projects/p/locations/europe-west1/triggers/${name}`,
  TOPIC: "projects/p/topics/earmark-dead-letters",
  ATTEMPTS: "100",
  MEMBER: agent,
});

test.runIf(hasGcloud)("event-dead-letters.sh sets the policy that forwarding needs", async () => {
  expect(await script("event-dead-letters.sh", trigger("load-1"))).toMatchObject({ ok: true });
  const bodyOf = (call: string) => received.find((each) => each.call.startsWith(call))?.body;
  expect(bodyOf("POST")).toMatchObject({
    policy: { bindings: [{ role: "roles/pubsub.subscriber", members: [agent] }] },
  });
  expect(bodyOf("PATCH")).toMatchObject({
    subscription: {
      deadLetterPolicy: {
        deadLetterTopic: "projects/p/topics/earmark-dead-letters",
        maxDeliveryAttempts: 100,
      },
    },
    updateMask: "deadLetterPolicy",
  });
  expect(new Set(received.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer token-of-terraform"]),
  );
  expect(new Set(received.map(({ payer }) => payer))).toEqual(new Set(["p"]));
});

test.runIf(hasGcloud)("event-dead-letters.sh says that a trigger has no subscription", async () => {
  const { ok, said } = await script("event-dead-letters.sh", trigger("other"));
  expect(ok).toBe(false);
  expect(said).toContain("triggers/other has no Pub/Sub subscription");
});

test.runIf(hasGcloud)("service-agent.sh asks for the agent of a service", async () => {
  const made = await script("service-agent.sh", { ...signedIn, SERVICE: "pubsub.googleapis.com" });
  expect(made).toMatchObject({ ok: true });
  expect(received.map(({ call }) => call)).toEqual([
    "POST /v1beta1/projects/p/services/pubsub.googleapis.com:generateServiceIdentity",
  ]);
});

test.runIf(hasGcloud)("a script says how to sign in, and calls nothing", async () => {
  const { ok, said } = await script("service-agent.sh", { PROJECT: "p", SERVICE: "x" });
  expect(ok).toBe(false);
  expect(said).toContain("type `gcloud auth application-default login`");
  expect(received).toEqual([]);
});

test("secret-given.sh refuses a secret without a value, and takes one with", async () => {
  const VARIABLE = "freesound_api_key";
  const refused = await script("secret-given.sh", { VARIABLE, VALUE: "" });
  expect(refused.ok).toBe(false);
  expect(refused.said).toContain("set TF_VAR_freesound_api_key and apply again");
  expect(await script("secret-given.sh", { VARIABLE, VALUE: "a-key" })).toEqual({
    ok: true,
    said: "",
  });
});
