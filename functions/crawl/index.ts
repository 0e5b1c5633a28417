import { http } from "@google-cloud/functions-framework";
import { CrawlConfig, parseConfig } from "#shared/config.ts";
import { setLogLevel } from "#shared/log.ts";
import { once } from "#shared/once.ts";
import { answerBrokenBodies } from "./broken-body.ts";

const config = parseConfig(CrawlConfig, process.env);
setLogLevel(config.LOG_LEVEL);
/** Everything else, from the first request on. Exported for the build, which fills the compile cache with it. */
export const wiring = once(async () => (await import("./wiring.ts")).wire(config));

answerBrokenBodies();
http("crawl", async (request, response) => (await wiring())(request, response));
