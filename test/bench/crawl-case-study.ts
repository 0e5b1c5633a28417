/**
 * The case study's way to crawl, as a process: pages of 15 sounds, for each sound a detail call and then its
 * preview, one after the other. It stores where the other one stores, so that the way is all that differs.
 * Arguments: address of the server, key, sounds, bucket.
 */
import { Readable } from "node:stream";
import { Storage } from "@google-cloud/storage";
import { openObjects } from "#shared/objects/objects.ts";
import { peakMemoryMiB } from "./peak-memory.ts";

const [baseUrl = "", key = "", limit = "0", bucket = ""] = process.argv.slice(2);
const objects = openObjects(new Storage({ projectId: "test" }), bucket);
const startedAt = performance.now();
const startMiB = process.memoryUsage.rss() / 2 ** 20;
const headers = { authorization: `Token ${key}` };
let apiCalls = 0;
let bytes = 0;
let stored = 0;

async function call<T>(url: string): Promise<T> {
  apiCalls++;
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T;
}

interface Page {
  readonly next: string | null;
  readonly results: readonly { readonly id: number }[];
}

let next: string | null = `${baseUrl}/apiv2/search/text/?query=speech`;
while (next !== null && stored < Number(limit)) {
  const page: Page = await call<Page>(next);
  for (const { id } of page.results) {
    if (stored >= Number(limit)) break;
    const sound = await call<{ previews: Record<string, string> }>(
      `${baseUrl}/apiv2/sounds/${id}/`,
    );
    const preview = await fetch(sound.previews["preview-hq-mp3"] ?? "");
    const file = Buffer.from(await preview.arrayBuffer());
    const options = { contentType: "audio/mpeg", metadata: { "source-id": String(id) } };
    await objects.create(`case-study/${id}.mp3`, Readable.from([file]), options);
    bytes += file.length;
    stored++;
  }
  ({ next } = page);
}
const { user, system } = process.cpuUsage();
process.send?.({
  outcome: { stored, api_calls: apiCalls, bytes },
  seconds: (performance.now() - startedAt) / 1000,
  cpuSeconds: (user + system) / 1e6,
  startMiB,
  peakMiB: peakMemoryMiB(),
});
