/** The BigQuery emulator on a file, as a process that a test can kill. Argument: the file. Tells its URL. */
import { startBigqueryEmulator } from "#emulators/bigquery/index.ts";

const [path = ""] = process.argv.slice(2);
const { url } = await startBigqueryEmulator({ projectId: "test", path });
process.send?.(url);
process.on("disconnect", () => process.exit());
