import { schemaService } from "./rpc/protocol.ts";
import type { Methods } from "./rpc/methods.ts";
import { unimplemented } from "./rpc/status.ts";

/** The Schema service is left out: every method says so. */
export const schemaMethods: Methods = Object.fromEntries(
  Object.values(schemaService).map(({ originalName = "" }) => [
    originalName,
    () => {
      throw unimplemented("Schema service");
    },
  ]),
);
