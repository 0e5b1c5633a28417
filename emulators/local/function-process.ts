/**
 * One function in a process of its own, as on Cloud Run: the framework's own server, on 127.0.0.1 only.
 * Arguments: the function's name, the port (0 for any). Tells its parent the port, and ends with it.
 */
import type { AddressInfo } from "node:net";

process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the parent decides

const [name = "", port = "0"] = process.argv.slice(2);
const { getTestServer } = await import("@google-cloud/functions-framework/testing");
await import(`../../functions/${name}/index.ts`);
const server = getTestServer(name);
server.setTimeout(0); // a crawl may take longer than any default
server.listen(Number(port), "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
