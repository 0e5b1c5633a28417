import type { status } from "@grpc/grpc-js";
import { StatusError } from "./status.ts";

/** Failures asked for by tests, each used up by one call. */
export class Failures {
  readonly #next: { code: status; method: string | undefined }[] = [];

  /** The next call fails with `code`; with `method` (`publish`, `pull`, …) the next call of that one. */
  failNext(code: status, method?: string): void {
    this.#next.push({ code, method });
  }

  /** Throws the failure that waits for a call of `method`, if there is one. */
  check(method: string): void {
    const index = this.#next.findIndex((f) => f.method === undefined || f.method === method);
    if (index < 0) return;
    const [failure] = this.#next.splice(index, 1);
    if (failure) throw new StatusError(failure.code, `failure asked for by failNext (${method})`);
  }
}
