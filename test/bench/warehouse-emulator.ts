/** The BigQuery emulator alone in a process, for `warehouse.ts`. Tells its URL and how long it took to start. */
import { startBigqueryEmulator } from "#emulators/bigquery/index.ts";

const { url } = await startBigqueryEmulator({ projectId: "bench" });
process.send?.({ url });
process.on("disconnect", () => process.exit());
