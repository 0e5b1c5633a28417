import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type FreesoundEmulator,
  localApiKey,
  localClientId,
  startFreesoundEmulator,
} from "#emulators/freesound/index.ts";

interface Exchange {
  readonly call: string;
  readonly target: string;
  readonly status: number;
  readonly reason: string;
  /** Default: the local key. */
  readonly token?: string;
  /** Paths into the answer that must be there. */
  readonly reads?: readonly string[];
  /** Where the link leads; null for none. */
  readonly next?: string | null;
  readonly previous?: string | null;
  /** Size of a file. */
  readonly bytes?: number;
}

const recorded = JSON.parse(
  await readFile(new URL("../fixtures/freesound/python-client.json", import.meta.url), "utf8"),
) as { headers: readonly string[]; exchanges: readonly Exchange[] };

let freesound: FreesoundEmulator;
let socket: Socket;
let accessToken: string;
beforeAll(async () => {
  freesound = await startFreesoundEmulator();
  const { hostname, port } = new URL(freesound.url);
  // The client keeps one connection for everything.
  socket = connect(Number(port), hostname);
  const form = {
    grant_type: "authorization_code",
    client_id: localClientId,
    client_secret: localApiKey,
    code: freesound.oauth.authorize(),
  };
  accessToken = freesound.oauth.exchange(new URLSearchParams(form)).access_token;
});
afterAll(async () => {
  socket.destroy();
  await freesound.close();
});

/** One request, byte by byte as it was recorded, and its whole answer. */
async function send({ target, token = `Token ${localApiKey}` }: Exchange) {
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: ${new URL(freesound.url).host}`,
    ...recorded.headers,
    `Authorization: ${token.replace("{token}", accessToken)}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let answer = Buffer.alloc(0);
  for (;;) {
    const chunk = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    answer = Buffer.concat([answer, chunk]);
    const end = answer.indexOf("\r\n\r\n");
    if (end === -1) continue;
    const head = answer.toString("latin1", 0, end);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
    if (answer.length >= end + 4 + length) return { head, body: answer.subarray(end + 4) };
  }
}

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((part, key) => {
    const isObject = typeof part === "object" && part !== null;
    return isObject ? (part as Record<string, unknown>)[key] : undefined;
  }, value);

const isFile = ({ bytes }: Exchange) => bytes !== undefined;

/** A link as python-requests asks for it. */
function asked(link: unknown): string | null {
  if (typeof link !== "string") return null;
  expect(link.startsWith(`${freesound.url}/apiv2/search/?&`)).toBe(true);
  return link.slice(freesound.url.length).replaceAll("[", "%5B").replaceAll("]", "%5D");
}

describe("the official Python client", () => {
  test.each(recorded.exchanges.filter((exchange) => !isFile(exchange)))(
    "$call",
    async (exchange) => {
      const { status, reason, reads = [], next, previous } = exchange;
      const { head, body } = await send(exchange);
      expect(head.split("\r\n")[0]).toBe(`HTTP/1.1 ${status} ${reason}`);
      expect(head).toMatch(/^content-type: application\/json$/im);
      const answer = JSON.parse(body.toString()) as Record<string, unknown>;
      expect(reads.filter((path) => (at(answer, path) ?? null) === null)).toEqual([]);
      const links = {
        next: next === undefined ? undefined : asked(answer["next"]),
        previous: previous === undefined ? undefined : asked(answer["previous"]),
      };
      expect(links).toEqual({ next, previous });
    },
  );

  test.each(recorded.exchanges.filter(isFile))("$call", async (exchange) => {
    const { head, body } = await send(exchange);
    expect(head.split("\r\n")[0]).toBe("HTTP/1.1 200 OK");
    expect(body.length).toBe(exchange.bytes);
  });

  test("every page says how many there are, and every sound comes once", async () => {
    const ids: unknown[] = [];
    let target: string | null = recorded.exchanges[0]?.target ?? null;
    while (target !== null) {
      const { body } = await send({ call: "", target, status: 200, reason: "OK" });
      const page = JSON.parse(body.toString()) as { count: number; results: { id: number }[] };
      ids.push(...page.results.map(({ id }) => id));
      target = asked(at(page, "next"));
      expect(page.count).toBe(11);
    }
    expect(new Set(ids).size).toBe(11);
    expect(ids).toHaveLength(11);
  });
});
