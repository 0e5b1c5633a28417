import { DnsmosError } from "./dnsmos-error.ts";
import { checkModel } from "./model.ts";
import { loadRuntime, type Runtime, type Session } from "./runtime.ts";
import { type DnsmosScores, meanScores, toOpinionScores } from "./scores.ts";
import { segmentSamples, segmentsOf } from "./segments.ts";

export { DnsmosError } from "./dnsmos-error.ts";
export type { DnsmosScores } from "./scores.ts";
export { dnsmosRate } from "./segments.ts";

/** A model that is loaded. */
export interface Dnsmos {
  /** SHA-256 of the model, hexadecimal. */
  readonly sha256: string;
  /** Scores a mono signal at 16 kHz that is not empty: the mean over its segments. */
  score(samples: Float32Array): Promise<DnsmosScores>;
  close(): Promise<void>;
}

export interface DnsmosOptions {
  /** SHA-256 of the one model to accept; undefined is the published one. */
  readonly sha256?: string | undefined;
  /** Module that is the ONNX runtime: a package's name or a URL. */
  readonly runtime?: string | undefined;
}

/**
 * Loads a DNSMOS P.835 model: one input `[N, 144160]` of samples, one output `[N, 3]` (SIG, BAK, OVRL).
 * @throws DnsmosError when it is another file than is allowed, no such model, or the runtime is missing.
 */
export async function openDnsmos(model: Uint8Array, options: DnsmosOptions = {}): Promise<Dnsmos> {
  const sha256 = checkModel(model, options.sha256);
  const runtime = await loadRuntime(options.runtime);
  const session = await openSession(runtime, model);
  const scoreSegment = async (segment: Float32Array) => {
    const [sig, bak, ovrl] = await run(runtime, session, segment);
    return toOpinionScores(sig, bak, ovrl);
  };
  return {
    sha256,
    async score(samples) {
      const scores: DnsmosScores[] = [];
      for (const segment of segmentsOf(samples)) scores.push(await scoreSegment(segment));
      return meanScores(scores);
    },
    close: () => session.release(),
  };
}

async function openSession(runtime: Runtime, model: Uint8Array): Promise<Session> {
  try {
    // One thread: an instance has one processor, and several would wait for one another.
    const options = { executionProviders: ["cpu"], intraOpNumThreads: 1, interOpNumThreads: 1 };
    const session = await runtime.InferenceSession.create(model, options);
    // A model of another shape is found out here and not at the first recording.
    await run(runtime, session, new Float32Array(segmentSamples));
    return session;
  } catch (cause) {
    if (cause instanceof DnsmosError) throw cause;
    const message =
      "the file of DNSMOS_MODEL is no DNSMOS P.835 model that the ONNX runtime can run";
    throw new DnsmosError(message, { cause });
  }
}

/** Raw SIG, BAK and OVRL of one segment. */
async function run(runtime: Runtime, session: Session, segment: Float32Array) {
  const [input, ...others] = session.inputNames;
  const [output] = session.outputNames;
  const tensor = new runtime.Tensor("float32", segment, [1, segmentSamples]);
  const { data, dims } = (await session.run({ [input]: tensor }))[output];
  if (others.length > 0 || dims.join() !== "1,3")
    throw new DnsmosError(
      `the model of DNSMOS_MODEL has ${others.length + 1} inputs and answers [${dims.join(", ")}] where ` +
        "DNSMOS P.835 has one input and answers [1, 3]",
    );
  return [Number(data[0]), Number(data[1]), Number(data[2])] as const;
}
