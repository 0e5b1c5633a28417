/** The BigQuery emulator alone in a process, for `warehouse.ts`. Argument: its file, if any. Tells its URL. */
import { startBigqueryEmulator } from "#emulators/bigquery/index.ts";

const [path] = process.argv.slice(2);
const file = path === undefined ? {} : { path };
const { url } = await startBigqueryEmulator({ projectId: "bench", ...file });
process.send?.({ url });
process.on("disconnect", () => process.exit());
