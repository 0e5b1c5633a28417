/** A line that brings less than this over a whole window brings next to nothing: a 20 s preview would take minutes. */
const leastBytesPerSecond = 1000;

/** The other side brings next to nothing. */
class SlowError extends Error {
  override readonly name = "SlowError";
}

/** A body on its way, such as that of `node:http`. */
interface Body extends AsyncIterable<Buffer> {
  /** All of it has come. */
  readonly complete?: boolean;
}

/**
 * The chunks of a body, as long as they bring 1000 bytes a second on average over each window of `windowMs`. Only
 * time spent waiting for the other side counts: who reads slowly is not held against it.
 */
export async function* paced(
  body: Body,
  source: string,
  windowMs: number,
): AsyncGenerator<Buffer, void, undefined> {
  let waitedMs = 0;
  let bytes = 0;
  let since = performance.now();
  for await (const chunk of body) {
    waitedMs += performance.now() - since;
    bytes += chunk.length;
    if (waitedMs >= windowMs && body.complete !== true) {
      if (bytes * 1000 < leastBytesPerSecond * waitedMs)
        throw new SlowError(
          `${source} brought ${bytes} bytes in ${Math.round(waitedMs)} ms: less than ${leastBytesPerSecond} a second`,
        );
      [waitedMs, bytes] = [0, 0];
    }
    yield chunk;
    since = performance.now();
  }
}
