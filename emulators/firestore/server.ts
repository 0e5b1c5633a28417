import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Failures } from "./failures.ts";
import { RpcError, unimplemented } from "./status.ts";

/** One answer to one request. */
type Unary<Request> = (request: Request) => unknown;
/** Many answers to one request. */
type Streaming<Request> = (request: Request) => AsyncIterable<unknown>;
/** Answers and requests as they come. */
type Duplex = (call: ServerDuplexStream<unknown, unknown>) => void;

/** The methods by kind, under the names of the proto; a request's type is the method's own to know. */
export interface Methods {
  // oxlint-disable-next-line typescript/no-explicit-any -- each method declares its request, the proto checks it
  readonly unary: Readonly<Record<string, Unary<any>>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly streaming: Readonly<Record<string, Streaming<any>>>;
  readonly duplex: Readonly<Record<string, Duplex>>;
}

/** Puts plain functions behind gRPC: an `RpcError` they throw becomes the call's status. */
export function toImplementation(
  { unary, streaming, duplex }: Methods,
  names: readonly string[],
  failures: Failures,
): UntypedServiceImplementation {
  const implementation: UntypedServiceImplementation = {};
  for (const name of names) implementation[name] = refuse(name);
  for (const [name, method] of Object.entries(unary))
    implementation[name] = (
      call: ServerUnaryCall<unknown, unknown>,
      done: sendUnaryData<unknown>,
    ) => void answer(() => (failures.check(), method(call.request)), done);
  for (const [name, method] of Object.entries(streaming))
    implementation[name] = (call: ServerWritableStream<unknown, unknown>) =>
      void stream(() => (failures.check(), method(call.request)), call);
  for (const [name, method] of Object.entries(duplex))
    implementation[name] = (call: ServerDuplexStream<unknown, unknown>) => {
      try {
        failures.check();
        method(call);
      } catch (error) {
        call.emit("error", toStatus(error));
      }
    };
  return implementation;
}

/** Stands for a method of any kind: only those that stream have no `done`. */
const refuse =
  (name: string) =>
  (call: ServerWritableStream<unknown, unknown>, done?: sendUnaryData<unknown>) => {
    const refusal = toStatus(unimplemented(`This emulator does not support ${name}.`));
    if (done === undefined) call.emit("error", refusal);
    else done(refusal);
  };

async function answer(work: () => unknown, done: sendUnaryData<unknown>): Promise<void> {
  try {
    done(null, await work());
  } catch (error) {
    done(toStatus(error));
  }
}

async function stream(
  work: () => AsyncIterable<unknown>,
  call: ServerWritableStream<unknown, unknown>,
): Promise<void> {
  try {
    const cancelled = happened(call, "cancelled");
    for await (const message of work()) {
      if (call.cancelled) return;
      if (!call.write(message)) await Promise.race([happened(call, "drain"), cancelled]);
    }
    call.end();
  } catch (error) {
    call.emit("error", toStatus(error));
  }
}

/** `once` of node:events would also reject on the error that this call is going to end with. */
const happened = (call: ServerWritableStream<unknown, unknown>, event: "cancelled" | "drain") =>
  new Promise<void>((resolve) => call.once(event, resolve));

/** What a client gets to see; anything but an `RpcError` is a mistake of this emulator's. */
export function toStatus(error: unknown) {
  const code = error instanceof RpcError ? error.code : status.INTERNAL;
  const details = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(details), { code, details });
}
