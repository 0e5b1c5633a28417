import { type IncomingHttpHeaders } from "node:http";
import { afterEach } from "vitest";
import { type Emulator, listen, readBody } from "../../emulators/emulator.ts";
import {
  type Eventarc,
  type EventarcOptions,
  startEventarc,
} from "../../emulators/eventarc/index.ts";

interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** What a test opened; closed after it. */
export const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** A deliverer whose seconds last 0.1 ms. */
export const start = (options: EventarcOptions = {}): Eventarc => {
  const eventarc = startEventarc({ clock: 1e-4, ...options });
  opened.push(eventarc);
  return eventarc;
};

type Answer = (received: Received, count: number) => number | "reset" | "silence" | Promise<number>;

/** A target that answers what it is told, by default 204, and remembers what came. */
export async function startTarget(answer: Answer = () => 204, port = 0) {
  const received: Received[] = [];
  const server: Emulator = await listen(
    (request, response) => {
      const serve = async () => {
        const body = (await readBody(request)).toString();
        const { method, headers } = request;
        const entry = { method, headers, body, at: performance.now() };
        received.push(entry);
        const status = await answer(entry, received.length);
        if (status === "reset") request.socket.destroy();
        else if (status !== "silence") response.writeHead(status).end(`answer ${received.length}`);
      };
      serve().catch(() => response.destroy());
    },
    { port },
  );
  opened.push(server);
  return {
    ...server,
    received,
    ids: () => received.map(({ headers }) => String(headers["ce-id"])),
  };
}

export const object = (name = "freesound/42.mp3", bucket = "recordings") => ({
  kind: "storage#object",
  bucket,
  name,
  generation: "1700000000000000",
  timeCreated: "2026-11-22T08:00:00.000Z",
  metadata: { title: "Ünï" },
});

export const trigger = (url: string, name = "load", concurrency = 4) => ({
  name,
  bucket: "recordings",
  url,
  concurrency,
});
