import { cloudEvent } from "@google-cloud/functions-framework";
import { ClassifyConfig, parseConfig } from "#shared/config.ts";
import { receive } from "#shared/events.ts";
import { setLogLevel } from "#shared/log.ts";
import { once } from "#shared/once.ts";

const config = parseConfig(ClassifyConfig, process.env);
setLogLevel(config.LOG_LEVEL);
/** Everything else, from the first event on. Exported for the build, which fills the compile cache with it. */
export const wiring = once(async () => (await import("./wiring.ts")).wire(config));

cloudEvent(
  "classify",
  receive(config.RECORDINGS_BUCKET, async (object, eventId) => (await wiring())(object, eventId)),
);
