import { createHash, randomUUID } from "node:crypto";
import { js } from "./define.ts";
import { fingerprint64 } from "./farmhash.ts";

const utf8 = new TextEncoder();

for (const [name, algorithm] of [
  ["MD5", "md5"],
  ["SHA1", "sha1"],
  ["SHA256", "sha256"],
  ["SHA512", "sha512"],
] as const) {
  const digest = (bytes: Uint8Array) =>
    Uint8Array.from(createHash(algorithm).update(bytes).digest());
  js(name, "STRING -> BYTES", (text: string) => digest(utf8.encode(text)));
  js(name, "BYTES -> BYTES", digest);
}
js("FARM_FINGERPRINT", "STRING -> INT64", (text: string) =>
  BigInt.asIntN(64, fingerprint64(utf8.encode(text))),
);
js("FARM_FINGERPRINT", "BYTES -> INT64", (bytes: Uint8Array) =>
  BigInt.asIntN(64, fingerprint64(bytes)),
);
js("GENERATE_UUID", "-> STRING", () => randomUUID(), { volatile: true });
