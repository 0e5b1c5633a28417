import type { Local } from "../local.ts";
import type { Progress } from "./progress.ts";

/** What the function `crawl` answers: the columns of the table `crawls`, and each failure. */
export interface CrawlAnswer {
  readonly crawl_id: string;
  readonly status: string;
  readonly error: string | null;
  readonly failures: readonly { sound_id: number; title: string; reason: string }[];
}

/** Asks the function for a crawl, and waits for its report; a failed crawl is a report too. */
export async function crawlNow(local: Local, request: object): Promise<CrawlAnswer> {
  const response = await fetch(local.functions.crawl.url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-earmark-trigger": "local" },
    body: JSON.stringify(request),
  });
  const answer = (await response.json()) as CrawlAnswer;
  if (answer.crawl_id === undefined)
    throw new Error(`crawl answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

const everyMs = 250;

/** Shows how far the crawl and the two stages are, from the crawl's document and the deliveries. */
export function followCrawl(local: Local, progress: Progress, limit = Infinity): { stop(): void } {
  let stored = 0;
  const forget = local.storage.onFinalize(({ name }) => {
    if (name.startsWith("freesound/")) stored++;
  });
  const crawls = local.clients.firestore.collection("crawls");
  let found = 0;
  const forgetCrawl = crawls.onSnapshot(
    (snapshot) => {
      for (const document of snapshot.docs)
        found = Math.min(limit, Number(document.get("found") ?? 0));
    },
    () => {}, // only the progress display hangs on it
  );
  const timer = setInterval(() => {
    const { load, classify } = local.eventarc.stats();
    progress.update({
      found: Math.max(found, stored),
      stored,
      loaded: load?.delivered ?? 0,
      classified: classify?.delivered ?? 0,
    });
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      forget();
      forgetCrawl();
    },
  };
}
