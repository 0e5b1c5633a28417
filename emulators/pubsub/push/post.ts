import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { PushRequest } from "./request.ts";

/** Status codes that acknowledge a push (cloud.google.com/pubsub/docs/push#receive_push). */
const acknowledging: readonly number[] = [102, 200, 201, 202, 204];

/** Keeps connections to endpoints open between pushes. */
export class Poster {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });

  /** Whether the endpoint acknowledged before `signal` ended the request; an error of the network is a no. */
  post(endpoint: string, { headers, body }: PushRequest, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const secure = new URL(endpoint).protocol === "https:";
    const send = secure ? httpsRequest : httpRequest;
    const request = send(endpoint, {
      agent: secure ? this.#https : this.#http,
      method: "POST",
      headers: { ...headers, "content-length": body.length },
      signal,
    });
    request.once("information", ({ statusCode }) => {
      if (acknowledging.includes(statusCode)) resolve(true);
    });
    request.once("response", (response) => {
      response.resume();
      resolve(acknowledging.includes(response.statusCode ?? 0));
    });
    request.once("error", () => resolve(false));
    request.end(body);
    return promise;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}
