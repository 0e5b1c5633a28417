import { createHash } from "node:crypto";
import { DnsmosError } from "./dnsmos-error.ts";

/** SHA-256 of the models whose output is known: `sig_bak_ovr.onnx` of microsoft/DNS-Challenge, DNSMOS P.835. */
const publishedModels: readonly string[] = [
  "269fbebdb513aa23cddfbb593542ecc540284a91849ac50516870e1ac78f6edd",
];

/**
 * The SHA-256 of a model that may be used: a published one, or the one that is configured in their place.
 * @throws DnsmosError for any other.
 */
export function checkModel(bytes: Uint8Array, configured?: string): string {
  const allowed = configured === undefined ? publishedModels : [configured];
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (allowed.includes(sha256)) return sha256;
  const [what, then] =
    configured === undefined
      ? ["the published sig_bak_ovr.onnx", `set DNSMOS_MODEL_SHA256=${sha256}`]
      : ["DNSMOS_MODEL_SHA256", "change DNSMOS_MODEL_SHA256"];
  throw new DnsmosError(
    `the file of DNSMOS_MODEL (${bytes.length} bytes) has the SHA-256 ${sha256}, and ${what} is ` +
      `${allowed.join(", ")}: put the right file there, or, if this is the one you want, ${then}`,
  );
}
