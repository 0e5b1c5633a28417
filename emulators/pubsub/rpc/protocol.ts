import { createRequire } from "node:module";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

const protos = createRequire(import.meta.url)("@google-cloud/pubsub/build/protos/protos.json");

/** The services of `google.pubsub.v1`, from the protos that Google's client itself ships. */
const definitions = fromJSON(protos, {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

const service = (name: string) => definitions[`google.pubsub.v1.${name}`] as ServiceDefinition;

export const publisherService = service("Publisher");
export const subscriberService = service("Subscriber");
export const schemaService = service("SchemaService");
