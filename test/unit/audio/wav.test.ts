import { describe, expect, test } from "vitest";
import { decodeAudio } from "#shared/audio/decode.ts";
import { be16, be32, bytesOf, float32, le16, le32, sine16, wav } from "./builders.ts";

async function firstChannel(bytes: Uint8Array): Promise<number[]> {
  const samples: number[] = [];
  for await (const block of decodeAudio(bytes).blocks()) samples.push(...(block[0] ?? []));
  return samples;
}

describe("stored samples scale to full scale 1", () => {
  test.each([
    ["8 bit, unsigned", { bits: 8, data: Uint8Array.of(0, 128, 192) }, [-1, 0, 0.5]],
    ["16 bit", { bits: 16, data: bytesOf(le16(0x8000), le16(0), le16(0x4000)) }, [-1, 0, 0.5]],
    ["24 bit", { bits: 24, data: bytesOf([0, 0, 0x80], [0, 0, 0], [0, 0, 0x40]) }, [-1, 0, 0.5]],
    [
      "32 bit",
      { bits: 32, data: bytesOf(le32(0x80000000), le32(0), le32(0x40000000)) },
      [-1, 0, 0.5],
    ],
    [
      "20 bit, at the top of 24",
      { bits: 20, blockAlign: 3, data: bytesOf([0, 0, 0x80], [0, 0, 0x40]) },
      [-1, 0.5],
    ],
    ["float", { tag: 3, bits: 32, data: float32(-1, 0.5, 1.5) }, [-1, 0.5, 1.5]],
    [
      "double",
      { tag: 3, bits: 64, data: new Uint8Array(Float64Array.of(-1, 0.5).buffer) },
      [-1, 0.5],
    ],
    // ITU-T G.711: 0x00 is the most negative, 0x80 the most positive code of µ-law; A-law's smallest is 8/32768.
    [
      "µ-law",
      { tag: 7, bits: 8, data: Uint8Array.of(0xff, 0x00, 0x80) },
      [0, -32124 / 32768, 32124 / 32768],
    ],
    [
      "A-law",
      { tag: 6, bits: 8, data: Uint8Array.of(0xd5, 0x55, 0xaa) },
      [8 / 32768, -8 / 32768, 32256 / 32768],
    ],
  ])("%s", async (_, parts, values) => {
    expect(await firstChannel(wav(parts))).toEqual(values.map((value) => value + 0));
  });
});

const chunk = (name: string, body: string, pad: boolean) =>
  bytesOf(name, le32(body.length), body, pad ? [0] : []);

describe("chunks that other readers stumble over", () => {
  const sound = sine16(1000);

  test.each([
    ["an odd-sized chunk before fmt, padded", { before: chunk("LIST", "abc", true), data: sound }],
    [
      "an odd-sized chunk before fmt, pad forgotten",
      { before: chunk("LIST", "abc", false), data: sound },
    ],
    ["a data size that was never filled in", { dataSize: 0xffff_ffff, data: sound }],
    ["a data size of 0 with sound behind it", { dataSize: 0, data: sound }],
  ])("%s", async (_, parts) => {
    expect(await firstChannel(wav(parts))).toHaveLength(1000);
  });

  test("RF64 with its sizes in ds64", async () => {
    const body = bytesOf(
      "WAVE", "ds64", le32(28), le32(0), le32(0), le32(sound.length), le32(0), le32(1000), le32(0), le32(0),
      "fmt ", le32(16), le16(1), le16(1), le32(16_000), le32(32_000), le16(2), le16(16),
      "data", le32(0xffff_ffff), sound, "junkjunkjunk",
    ); // prettier-ignore
    expect(await firstChannel(bytesOf("RF64", le32(0xffff_ffff), body))).toHaveLength(1000);
  });
});

test("AIFF keeps 8-bit samples signed, and its rate as an 80-bit float", async () => {
  const rate = bytesOf(be16(16_383 + 12), be32(8000 << 19), be32(0)); // 8000 = 1.953125 · 2^12
  const common = bytesOf("COMM", be32(18), be16(1), be32(3), be16(8), rate);
  const sound = bytesOf("SSND", be32(11), be32(0), be32(0), [0x80, 0, 0x40], [0]);
  const file = bytesOf("FORM", be32(4 + common.length + sound.length), "AIFF", common, sound);
  expect(decodeAudio(file).format).toMatchObject({
    sampleRate: 8000,
    codec: "pcm_s8",
    declaredFrames: 3,
  });
  expect(await firstChannel(file)).toEqual([-1, 0, 0.5]);
});
