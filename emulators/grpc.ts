import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { type Emulator, type ListenOptions, PortTakenError } from "./emulator.ts";

export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

const messageLimitBytes = 64 * 1024 * 1024;

/** A plain-text gRPC server on 127.0.0.1; `url` is `127.0.0.1:PORT`, as Google's emulator variables want it. */
export async function listenGrpc(
  services: readonly GrpcService[],
  { port = 0 }: ListenOptions = {},
): Promise<Emulator> {
  const server = new Server({
    "grpc.max_receive_message_length": messageLimitBytes,
    "grpc.max_send_message_length": messageLimitBytes,
    // Without this a second emulator on the same port would silently share its connections.
    "grpc.so_reuseport": 0,
  });
  for (const { definition, implementation } of services)
    server.addService(definition, implementation);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null
        ? resolve(bound)
        : reject(
            /EADDRINUSE/.test(error.message) ? new PortTakenError(port, { cause: error }) : error,
          ),
    );
  });
  return {
    url: `127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.forceShutdown();
        server.tryShutdown(() => resolve());
      }),
  };
}
