import { DnsmosError } from "./dnsmos-error.ts";

interface Tensor {
  readonly data: ArrayLike<number | bigint | string>;
  readonly dims: readonly number[];
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/** What is used of onnxruntime-node: https://onnxruntime.ai/docs/api/js/ */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<Session>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

/**
 * Loads the ONNX runtime, which is installed only where somebody wants it. The name is a parameter so that
 * bundlers leave the import alone.
 * @throws DnsmosError when it is not installed, or does not load on this machine.
 */
export async function loadRuntime(name = "onnxruntime-node"): Promise<Runtime> {
  try {
    const module: unknown = await import(name);
    const inner = hasDefault(module) ? module.default : module; // it is CommonJS
    if (isRuntime(inner)) return inner;
    throw new DnsmosError(`${name} is not the ONNX runtime: it has no InferenceSession and Tensor`);
  } catch (error) {
    if (error instanceof DnsmosError) throw error;
    const why = isNotFound(error)
      ? `which needs ${name}, and that is not installed: add it with "npm install --no-save --ignore-scripts ${name}@1"`
      : `and ${name} is installed but does not load here: put one in that fits this platform`;
    throw new DnsmosError(`DNSMOS_MODEL is set, ${why}, or unset DNSMOS_MODEL`, { cause: error });
  }
}

const isNotFound = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";

const hasDefault = (module: unknown): module is { default: unknown } =>
  typeof module === "object" && module !== null && "default" in module;

const isRuntime = (value: unknown): value is Runtime =>
  typeof value === "object" && value !== null && "InferenceSession" in value && "Tensor" in value;
