import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Instances } from "../instance.ts";
import { toStatus } from "../server.ts";
import type { ListenRequest } from "../wire.ts";
import { type ListenSession, startSession } from "./session.ts";

/** The Listen stream: targets come and go as requests, documents and snapshots as answers. */
export const listen =
  (instances: Instances) =>
  (call: ServerDuplexStream<unknown, unknown>): void => {
    let session: ListenSession | undefined;
    const end = () => session?.end();
    call.on("data", (request: ListenRequest) => {
      try {
        session ??= startSession(instances.get(request.database).database, (message) => {
          call.write(message);
        });
        session.receive(request);
      } catch (error) {
        end();
        call.emit("error", toStatus(error));
      }
    });
    call.on("end", () => {
      end();
      call.end();
    });
    call.on("cancelled", end);
  };
