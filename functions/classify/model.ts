import { readFile } from "node:fs/promises";
import type { ClassifyConfig } from "#shared/config.ts";
import { type Dnsmos, DnsmosError, openDnsmos } from "#shared/dnsmos/dnsmos.ts";
import type { Objects } from "#shared/objects/objects.ts";
import { once } from "#shared/once.ts";

/** Gives the model, loaded at the first call. What goes wrong is tried anew at the next: it may be mended by then. */
export type DnsmosModel = () => Promise<Dnsmos>;

type OpenBucket = (name: string) => Objects | Promise<Objects>;
type ModelConfig = Pick<ClassifyConfig, "DNSMOS_MODEL" | "DNSMOS_MODEL_SHA256">;

/**
 * The DNSMOS model of the configuration, or undefined when none is named. `openBucket` opens the bucket of a
 * `gs://` address; `runtime` is the module that is the ONNX runtime.
 *
 * The model throws `DnsmosError` when its file cannot be read or used, or when the runtime is missing.
 */
export function openModel(
  { DNSMOS_MODEL: path, DNSMOS_MODEL_SHA256: sha256 }: ModelConfig,
  openBucket: OpenBucket,
  runtime?: string,
): DnsmosModel | undefined {
  if (path === undefined) return undefined;
  return once(async () => openDnsmos(await readModel(path, openBucket), { sha256, runtime }));
}

async function readModel(path: string, openBucket: OpenBucket) {
  const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/.exec(path) ?? [];
  try {
    return bucket === undefined || object === undefined
      ? await readFile(path)
      : await (await openBucket(bucket)).read(object);
  } catch (cause) {
    // An error of its own: an object that is gone would end the recording's event in silence.
    const message = `${path}, which DNSMOS_MODEL names, cannot be read: put the model there, readable, or unset DNSMOS_MODEL`;
    throw new DnsmosError(message, { cause });
  }
}
