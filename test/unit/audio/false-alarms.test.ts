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
  const withGaps: string[] = [];
  const humming: string[] = [];
  for (const path of clean) {
    const { measures: card } = await takeReading(readFileSync(path), {
      limits: defaultAudioLimits,
      measures: true,
    });
    if (card === undefined) throw new Error(`no measures of ${path}`);
    expect(card, path).toMatchObject({
      clippingRatio: 0,
      channels: { isInverted: false, silentChannels: [] },
    });
    if (card.dropoutCount > 0) withGaps.push(path);
    if (card.hum !== null) humming.push(path);
    const { score, reasons } = grade(card);
    expect(reasons.join(), path).not.toMatch(/clipped|hum|channel/);
    expect(score, path).toBeGreaterThanOrEqual(3.5);
  }
  expect(clean).toHaveLength(12);
  // The digital silence before a synthetic voice's stop consonants looks like lost packets.
  expect(withGaps.length).toBeLessThanOrEqual(1);
  // A low voice that stays on one tone has its harmonics where the mains has them.
  expect(humming.length).toBeLessThanOrEqual(1);
});
