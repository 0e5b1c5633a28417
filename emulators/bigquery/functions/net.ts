import { js } from "./define.ts";

/** Four or sixteen bytes of an address; undefined when the text is none. */
function parseIp(text: string): Uint8Array | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return v4;
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(":")) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const parts = halves.map((half) => (half === "" ? [] : half.split(":")));
  const words = parts.map((half) => half.flatMap((word, i) => groups(word, i === half.length - 1)));
  const [head = [], tail = []] = words;
  if ([...head, ...tail].some((word) => Number.isNaN(word))) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 255]));
}

function groups(word: string, last: boolean): number[] {
  if (last && word.includes(".")) {
    const v4 = parseV4(word);
    if (v4 === undefined) return [NaN];
    const [a = 0, b = 0, c = 0, d = 0] = v4;
    return [a * 256 + b, c * 256 + d];
  }
  return [/^[0-9a-fA-F]{1,4}$/.test(word) ? parseInt(word, 16) : NaN];
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (
    parts.length !== 4 ||
    !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  )
    return undefined;
  return Uint8Array.from(parts, Number);
}

const wrong = (name: string) => new Error(`Invalid input to ${name}`);

js("NET.IP_FROM_STRING", "STRING -> BYTES", (text: string) => {
  const ip = parseIp(text);
  if (ip === undefined) throw wrong("NET.IP_FROM_STRING");
  return ip;
});
js("NET.SAFE_IP_FROM_STRING", "STRING -> BYTES", (text: string) => parseIp(text) ?? null);
js("NET.IP_TO_STRING", "BYTES -> STRING", (bytes: Uint8Array) => {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw wrong("NET.IP_TO_STRING: 4 or 16 bytes are expected");
  return v6Text(
    Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)),
  );
});

const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(":");

/** RFC 5952: the longest run of zero groups, if longer than one, is `::`. */
function v6Text(words: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i += 1) {
    let length = 0;
    while (words[i + length] === 0) length += 1;
    if (length > best.length) best = { at: i, length };
  }
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xff_ff)
    return `::ffff:${words
      .slice(6)
      .flatMap((word) => [word >> 8, word & 255])
      .join(".")}`;
  return best.at < 0
    ? hex(words)
    : `${hex(words.slice(0, best.at))}::${hex(words.slice(best.at + best.length))}`;
}

js("NET.IP_NET_MASK", "INT64 INT64 -> BYTES", (length: bigint, prefix: bigint) => {
  if ((length !== 4n && length !== 16n) || prefix < 0n || prefix > length * 8n)
    throw wrong("NET.IP_NET_MASK");
  return maskOf(Number(length), Number(prefix));
});
const maskOf = (length: number, prefix: number) =>
  Uint8Array.from(
    { length },
    (_, i) => 255 & (255 << (8 - Math.min(8, Math.max(0, prefix - 8 * i)))),
  );
js("NET.IP_TRUNC", "BYTES INT64 -> BYTES", (bytes: Uint8Array, prefix: bigint) => {
  if (
    (bytes.length !== 4 && bytes.length !== 16) ||
    prefix < 0n ||
    prefix > BigInt(bytes.length * 8)
  )
    throw wrong("NET.IP_TRUNC");
  const mask = maskOf(bytes.length, Number(prefix));
  return bytes.map((byte, i) => byte & (mask[i] ?? 0));
});
js("NET.IPV4_FROM_INT64", "INT64 -> BYTES", (value: bigint) => {
  if (value < -0x8000_0000n || value > 0xffff_ffffn) throw wrong("NET.IPV4_FROM_INT64");
  return Uint8Array.from(
    Buffer.from(BigInt.asUintN(32, value).toString(16).padStart(8, "0"), "hex"),
  );
});
js("NET.IPV4_TO_INT64", "BYTES -> INT64", (bytes: Uint8Array) => {
  if (bytes.length !== 4) throw wrong("NET.IPV4_TO_INT64");
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
});

/** The host as it is written, of a URL or of what stands where a host would; NULL where there is none. */
js("NET.HOST", "STRING -> STRING", (url: string) => {
  const text = url.trim();
  const rest = /^(?:[a-z][\w+.-]*:)?\/\/(.*)$/is.exec(text)?.[1] ?? text;
  const authority = /^[^/?#\\]*/.exec(rest)?.[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const name = /^\[[^\]]*\]/.exec(host)?.[0] ?? host.split(":")[0] ?? "";
  return name === "" ? null : name;
});
