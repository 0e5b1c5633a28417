import { js } from "./define.ts";

const chars = (text: string) => Array.from(text);

js("TO_BASE64", "BYTES -> STRING", (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"));
js("FROM_BASE64", "STRING -> BYTES", (text: string) => {
  const plain = text
    .replaceAll(/[\r\n\t ]/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.replaceAll("=", "").length % 4 === 1)
    throw new Error("Failed to decode invalid base64 string");
  return Uint8Array.from(Buffer.from(plain, "base64"));
});
js("TO_HEX", "BYTES -> STRING", (bytes: Uint8Array) => Buffer.from(bytes).toString("hex"));
js("FROM_HEX", "STRING -> BYTES", (text: string) => {
  if (!/^[0-9a-fA-F]*$/.test(text))
    throw new Error(`Failed to decode invalid hexadecimal string: ${text}`);
  return Uint8Array.from(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, "hex"));
});
js("TO_BASE32", "BYTES -> STRING", toBase32);
js("FROM_BASE32", "STRING -> BYTES", fromBase32);
js("SAFE_CONVERT_BYTES_TO_STRING", "BYTES -> STRING", (bytes: Uint8Array) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
);
js("SOUNDEX", "STRING -> STRING", soundex);
js("EDIT_DISTANCE", "STRING STRING INT64? -> INT64", (a: string, b: string, most?: bigint) =>
  atMost(editDistance(chars(a), chars(b)), most),
);
js("EDIT_DISTANCE", "BYTES BYTES INT64? -> INT64", (a: Uint8Array, b: Uint8Array, most?: bigint) =>
  atMost(editDistance(Array.from(a, String), Array.from(b, String)), most),
);

function atMost(distance: number, most: bigint | undefined): bigint {
  if (most !== undefined && most < 0n) throw new Error("max_distance must be non-negative");
  return most !== undefined && BigInt(distance) > most ? most : BigInt(distance);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function toBase32(bytes: Uint8Array): string {
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  const digits =
    bits.match(/.{1,5}/g)?.map((five) => alphabet.charAt(parseInt(five.padEnd(5, "0"), 2))) ?? [];
  return digits.join("").padEnd(Math.ceil(digits.length / 8) * 8, "=");
}

function fromBase32(text: string): Uint8Array {
  if (!/^[A-Z2-7]*=*$/.test(text) || text.length % 8 !== 0)
    throw new Error("Failed to decode invalid base32 string");
  const bits = Array.from(text.replaceAll("=", ""), (char) =>
    alphabet.indexOf(char).toString(2).padStart(5, "0"),
  ).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => parseInt(eight, 2));
}

const soundexCodes: Readonly<Record<string, string>> = {
  B: "1",
  F: "1",
  P: "1",
  V: "1",
  C: "2",
  G: "2",
  J: "2",
  K: "2",
  Q: "2",
  S: "2",
  X: "2",
  Z: "2",
  D: "3",
  T: "3",
  L: "4",
  M: "5",
  N: "5",
  R: "6",
};

function soundex(text: string): string {
  const letters = Array.from(text.toUpperCase()).filter((char) => /^[A-Z]$/.test(char));
  const [first] = letters;
  if (first === undefined) return "";
  let code = first;
  let last = soundexCodes[first];
  for (const letter of letters.slice(1)) {
    const digit = soundexCodes[letter];
    if (digit !== undefined && digit !== last) code += digit;
    if (letter !== "H" && letter !== "W") last = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, "0");
}

function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, x] of a.entries()) {
    const next = [i + 1];
    for (const [k, y] of b.entries())
      next.push(Math.min(row[k + 1] + 1, next[k] + 1, row[k] + (x === y ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}
