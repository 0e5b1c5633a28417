import { createHash } from "node:crypto";
import { crc32c } from "@node-rs/crc32";
import { invalid } from "./errors.ts";

/** Base64 checksums as Cloud Storage writes them: MD5, and CRC32C in big-endian byte order. */
export interface Checksums {
  readonly md5Hash: string;
  readonly crc32c: string;
}

export function checksumsOf(bytes: Uint8Array): Checksums {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32c(bytes));
  return {
    md5Hash: createHash("md5").update(bytes).digest("base64"),
    crc32c: sum.toString("base64"),
  };
}

/** What a client says the bytes must sum to, by metadata field or `X-Goog-Hash` header. */
export interface ExpectedChecksums {
  readonly md5Hash?: string | undefined;
  readonly crc32c?: string | undefined;
}

/** Reads `X-Goog-Hash: crc32c=…,md5=…`. */
export function parseHashHeader(header: string | string[] | undefined): ExpectedChecksums {
  const pairs = String(header ?? "").split(",");
  const valueOf = (key: string) =>
    pairs
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${key}=`))
      ?.slice(key.length + 1);
  return { md5Hash: valueOf("md5"), crc32c: valueOf("crc32c") };
}

/** Throws the 400 of the real service when a promised checksum differs from the calculated one. */
export function verifyChecksums(actual: Checksums, ...promises: readonly ExpectedChecksums[]) {
  for (const promised of promises) {
    if (promised.crc32c !== undefined && promised.crc32c !== actual.crc32c)
      throw invalid(
        `Provided CRC32C "${promised.crc32c}" doesn't match calculated CRC32C "${actual.crc32c}".`,
      );
    if (promised.md5Hash !== undefined && promised.md5Hash !== actual.md5Hash)
      throw invalid(
        `Provided MD5 hash "${promised.md5Hash}" doesn't match calculated MD5 hash "${actual.md5Hash}".`,
      );
  }
}
