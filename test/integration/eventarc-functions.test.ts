import { type CloudEvent, cloudEvent } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { Storage } from "@google-cloud/storage";
import { type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Eventarc, startEventarc } from "../../emulators/eventarc/index.ts";
import { type StorageEmulator, startStorageEmulator } from "../../emulators/storage/index.ts";

/** Events that reached the function, and how often it still fails. */
type Taken = CloudEvent<Record<string, unknown>>;
const events: Taken[] = [];
let failures = 0;

cloudEvent("take", (event: Taken) => {
  events.push(event);
  if (failures-- > 0) throw new Error("not yet");
});

let functionServer: Server;
let storage: StorageEmulator;
let eventarc: Eventarc;
let url: string;

beforeAll(async () => {
  functionServer = getTestServer("take");
  await new Promise<void>((resolve) => void functionServer.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(functionServer.address() as AddressInfo).port}`;
  storage = await startStorageEmulator();
  storage.objects.createBucket("recordings");
  eventarc = startEventarc({ clock: 1e-4 });
  eventarc.addTrigger({ name: "take", bucket: "recordings", url, concurrency: 2 });
  storage.onFinalize((object) => eventarc.publish(object));
});
afterAll(async () => {
  eventarc.close();
  await storage.close();
  functionServer.closeAllConnections();
  await new Promise((resolve) => functionServer.close(resolve));
});
beforeEach(() => {
  events.length = 0;
  failures = 0;
});

const upload = async (name: string) => {
  const client = new Storage({ apiEndpoint: storage.url, projectId: "test" });
  const file = client.bucket("recordings").file(name);
  await file.save("sound", { resumable: false, metadata: { metadata: { source: "freesound" } } });
  return file;
};

test("an upload by Google's client reaches a real functions-framework function as its CloudEvent", async () => {
  const file = await upload("freesound/1.mp3");
  await eventarc.settled();
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    specversion: "1.0",
    type: "google.cloud.storage.object.v1.finalized",
    source: "//storage.googleapis.com/projects/_/buckets/recordings",
    subject: "objects/freesound/1.mp3",
    bucket: "recordings",
    data: {
      kind: "storage#object",
      name: "freesound/1.mp3",
      generation: file.metadata.generation,
      size: "5",
      metadata: { source: "freesound" },
    },
  });
});

test("204 ends a delivery, a throw is a 500 and brings the same event again", async () => {
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  failures = 2;
  await upload("freesound/2.mp3");
  await eventarc.settled();
  report.mockRestore();
  expect(events.map(({ data }) => data?.["name"])).toEqual(Array(3).fill("freesound/2.mp3"));
  expect(new Set(events.map(({ id }) => id)).size).toBe(1);
});

test("the trap: plain JSON without ce- headers is a 204 as well, so a function must look at the type", async () => {
  const body = JSON.stringify({ bucket: "recordings", name: "freesound/3.mp3" });
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  expect(response.status).toBe(204);
  expect(events[0]?.type).toBeUndefined();
  // What the deliverer sends never looks like that.
  await upload("freesound/3.mp3");
  await eventarc.settled();
  expect(events[1]?.type).toBe("google.cloud.storage.object.v1.finalized");
});
