import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

/** The service google.firestore.v1.Firestore, from the descriptors that the official client ships. */
export function loadFirestoreService(): ServiceDefinition {
  const client = createRequire(import.meta.url).resolve("@google-cloud/firestore");
  // The descriptors as JSON load in half the time of the .proto files beside them.
  const descriptors = new URL("../protos/v1.json", `file://${client}`);
  const definitions = fromJSON(JSON.parse(readFileSync(descriptors, "utf8")), {
    longs: String,
    enums: String,
    arrays: true,
    objects: true,
    oneofs: true,
  });
  return definitions["google.firestore.v1.Firestore"] as ServiceDefinition;
}
