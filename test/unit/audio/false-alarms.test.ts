import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bundledReferences } from "#emulators/freesound/index.ts";
import { grade } from "#shared/audio/grade.ts";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { takeReading } from "#shared/audio/reading.ts";

const fixtures = new URL("../../fixtures/pesq/", import.meta.url).pathname;
/** The clean speech of this repository: eight bundled voices, and the references of the PESQ fixtures. */
const clean = [
  ...readdirSync(`${bundledReferences}/freesound`).map(
    (file) => `${bundledReferences}/freesound/${file}`,
  ),
  ...["british-16k", "english-16k", "swedish-16k", "english-8k"].map(
    (name) => `${fixtures}${name}.flac`,
  ),
];

test("faults are not found in clean speech, but for a few gaps, and all of it is Good", async () => {
  const found: Record<"channels" | "clipping" | "gaps" | "hum" | "named" | "notGood", string[]> = {
    channels: [],
    clipping: [],
    gaps: [],
    hum: [],
    named: [],
    notGood: [],
  };
  for (const path of clean) {
    const { measures: card } = await takeReading(readFileSync(path), {
      limits: defaultAudioLimits,
      measures: true,
    });
    if (card === undefined) throw new Error(`no measures of ${path}`);
    const { score, reasons } = grade(card);
    const { isInverted, silentChannels } = card.channels;
    if (isInverted || silentChannels.length > 0) found.channels.push(path);
    if (card.clippingRatio > 0) found.clipping.push(path);
    if (card.dropoutCount > 0) found.gaps.push(path);
    if (card.hum !== null) found.hum.push(path);
    if (/clipped|hum|channel/.test(reasons.join())) found.named.push(path);
    if (score === null || score < 3.5) found.notGood.push(path);
  }
  expect(clean).toHaveLength(12);
  expect(found).toMatchObject({ channels: [], clipping: [], named: [], notGood: [] });
  // The digital silence before a synthetic voice's stop consonants looks like lost packets.
  expect(found.gaps.length).toBeLessThanOrEqual(1);
  // A low voice that stays on one tone has its harmonics where the mains has them.
  expect(found.hum.length).toBeLessThanOrEqual(1);
});
