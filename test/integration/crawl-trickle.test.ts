import type { lookup } from "node:dns";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createRawServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { publicHttps } from "#shared/web/public-https.ts";
import { ask, type Reach } from "#shared/web/request.ts";
import { type Harness, references, startHarness } from "./crawl-harness.ts";

/** `/drip…` never ends: a byte every 50 ms; `/flood…` never ends either, and has plenty. */
let files: Server;
let reach: Reach;
beforeAll(async () => {
  files = createServer(({ url = "" }, response) => {
    response.setHeader("content-type", "audio/wav");
    const [ms, bytes] = url.startsWith("/drip") ? [50, 1] : [20, 2000];
    if (!/^\/(drip|flood)/.test(url)) {
      response.end("some audio");
      return;
    }
    response.write("x".repeat(600));
    const timer = setInterval(() => response.write("x".repeat(bytes)), ms);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
  const { port } = files.address() as AddressInfo;
  reach = {
    admit(url) {
      if (url.hostname === "files.example")
        Object.assign(url, { protocol: "http:", port: String(port) });
      else publicHttps.admit(url);
    },
    isAllowedAddress: (address) => address === "127.0.0.1",
    lookup: ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: "127.0.0.1", family: 4 }])) as unknown as typeof lookup,
  };
});
afterAll(() => {
  files.closeAllConnections();
  files.close();
});
let harness: Harness | undefined;
afterEach(async () => {
  await harness?.close();
  harness = undefined;
});

/** A manifest of these files and 120 good ones, which are more than a page. */
async function startWith(...names: string[]): Promise<Harness> {
  harness = await startHarness({ reach });
  const good = Array.from({ length: 120 }, (_, index) => `good-${index}.wav`);
  const lines = [...names, ...good].map((name) =>
    JSON.stringify({ url: `https://files.example/${name}`, title: name, license: "CC0-1.0" }),
  );
  harness.storage.objects.put(references, "a.jsonl", lines.join("\n"), {});
  return harness;
}
const request = { manifest: "a.jsonl" };

describe("a file that never ends", () => {
  test("is given up for bringing next to nothing, and holds up nobody", async () => {
    const started = await startWith("drip.wav");
    const report = await started.crawl(
      request,
      { FREESOUND_IDLE_SECONDS: "0.3" },
      { runMs: 60_000 },
    );
    expect(report).toMatchObject({ status: "complete", stored: 120, failed: 1 });
    expect(report.failures[0]).toMatchObject({
      title: "drip.wav",
      // The other thing is said where this process itself stood still for so long.
      reason: expect.stringMatching(/\/drip\.wav (brought \d+ bytes in|sent nothing for) /),
    });
  });

  test("is given up for taking half of the run, however much it brings", async () => {
    const started = await startWith("flood.wav");
    const report = await started.crawl(request, {}, { runMs: 8000 });
    expect(report).toMatchObject({ status: "complete", stored: 120, failed: 1 });
    expect(report.failures[0]?.reason).toMatch(/not whole within 4 s/);
  });

  test("times more than there are downloads at once: the fifth run that is stuck passes the page", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `flood-${index}.wav`);
    const started = await startWith(...names);
    const run = async () => started.crawl(request, { CRAWL_CONCURRENCY: "4" }, { runMs: 2000 });
    expect(await run()).toMatchObject({ status: "partial", stored: 0 });
    const [state] = (await started.firestore.collection("watermarks").get()).docs;
    const [name = ""] = Object.keys(state?.get("marks") as object);
    const stuck = `marks.${name}.place.stuck`;
    expect(state?.get(stuck)).toBe(1);
    await state?.ref.update({ [stuck]: 4 });
    const last = await run();
    expect(last.status).toBe("complete");
    const reasons = last.failures.filter(({ title }) => title.startsWith("flood"));
    expect(reasons).toHaveLength(12);
    expect(reasons[0]?.reason).toMatch(/its share of the run/);
    expect(last.stored + last.failed).toBe(132);
  });
});

test("an answer of which only the head trickles is given up as well", async () => {
  const raw = createRawServer((socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 200 OK\r\nx-a: ");
    const timer = setInterval(() => socket.write("a"), 30);
    socket.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(raw.address() as AddressInfo).port}/`);
  await expect(ask(url, { admit: () => {} }, { idleTimeoutMs: 700 })).rejects.toThrow(
    /sent no whole answer within 1400 ms/,
  );
  raw.close();
});
