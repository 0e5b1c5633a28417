import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Failures } from "./failures.ts";
import { toServiceError } from "./status.ts";

export type UnaryCall = ServerUnaryCall<unknown, unknown>;

/** Unary methods by their camelCase name: a request in, the response or a thrown `StatusError` out. */
export type Methods = Readonly<Record<string, (request: never, call: UnaryCall) => unknown>>;

/** The methods as grpc-js wants them. */
export function toImplementation(
  methods: Methods,
  failures: Failures,
): UntypedServiceImplementation {
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(methods)) {
    const answer = async (call: UnaryCall, callback: sendUnaryData<unknown>) => {
      let response: unknown;
      try {
        failures.check(name);
        response = await method(call.request as never, call);
      } catch (error) {
        callback(toServiceError(error));
        return;
      }
      callback(null, response);
    };
    implementation[name] = (call: UnaryCall, callback: sendUnaryData<unknown>) =>
      void answer(call, callback);
  }
  return implementation;
}
