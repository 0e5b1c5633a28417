import type { BandLevels } from "./band-levels.ts";
import { percentileOf } from "./percentile.ts";

export interface SpeechContrast {
  /** Share of frames within 25 dB of the loud ones. */
  readonly activeShare: number;
  /** How far speech stands over what is heard between its sounds, mean over the bands, dB (0 … 60). */
  readonly noiseDistanceDb: number;
  /** How far the strongest band of speech stands over the strongest of what is heard between, dB (0 … 60). */
  readonly strongestFloorDb: number;
  /** How deep the sound of a band falls within 50 ms after speech has filled it, dB: little in reverberation and noise. */
  readonly decayDb: number;
  /** Level of what is heard between the sounds of speech, dBov. */
  readonly noiseFloorDbov: number;
}

/** Frames this far under the loud ones still count as speech; 200 ms around them are its neighbourhood. */
const activeRangeDb = 25;
const neighbourhoodFrames = 20;
/** Bands this far under the strongest carry no speech: where it is cut off, the distance to the noise says nothing. */
const bandRangeDb = 45;
const farthestDb = 60;
const decayFrames = 5;
/** Decays are looked for in the last 200 ms of a loud stretch: a vowel held for long says nothing of the room. */
const endFrames = 20;
const fewestDecays = 10;
/** A band's floor is taken of parts of at least 3.3 s, for noise may come and go; in each part every band has gaps. */
const partFrames = 330;

/**
 * Contrast between speech and its gaps, from levels in bands. The floor is the 10th percentile of a band around speech
 * (minimum statistics: Martin, IEEE TSAP 9(5), 2001, is the family); the decay is the 10th percentile of the level
 * changes over 50 ms where a band is loud and soon will not be (distribution of decay rates: Wen, Habets & Naylor, ICASSP
 * 2008).
 * Frames of digital silence are not looked at: pauses that an editor muted hide the noise. Null without speech.
 */
export function speechContrast(levels: BandLevels): SpeechContrast | null {
  const loud = loudLevel(levels);
  if (loud === null) return null;
  const active = Uint8Array.from({ length: levels.frames }, (_, t) =>
    levels.total(t) > loud - activeRangeDb ? 1 : 0,
  );
  const near = neighbourhood(active);
  const speechFrames = framesWhere(levels, (t) => active[t] === 1);
  const nearFrames = framesWhere(levels, (t) => near[t] === 1 && !levels.isFlat(t));
  if (speechFrames.length === 0 || nearFrames.length === 0) return null;

  const scratch = new Float32Array(levels.frames);
  const floorOf = (level: (t: number) => number, parts = 1) => {
    nearFrames.forEach((t, i) => (scratch[i] = level(t)));
    let power = 0;
    for (let part = 0; part < parts; part++) {
      const [from, to] = [part, part + 1].map((n) => Math.round((n * nearFrames.length) / parts));
      power += toPower(percentileOf(scratch.subarray(from, to), 0.1));
    }
    return 10 * Math.log10(power / parts);
  };
  const bands = Array.from({ length: levels.bands }, (_, band) => band);
  const speech = bands.map((band) => meanPowerDb(speechFrames, (t) => levels.level(t, band)));
  const strongest = Math.max(...speech);
  const heard = bands.filter((band) => speech[band] > strongest - bandRangeDb);
  const parts = Math.max(1, Math.floor(nearFrames.length / partFrames));
  const floors = heard.map((band) => floorOf((t) => levels.level(t, band), parts));
  const distances = heard.map((band, i) =>
    Math.min(farthestDb, Math.max(0, speech[band] - floors[i])),
  );
  return {
    activeShare: speechFrames.length / levels.frames,
    noiseDistanceDb: mean(distances),
    strongestFloorDb: Math.min(farthestDb, Math.max(0, strongest - Math.max(...floors))),
    decayDb: decay(levels, heard, speech, scratch),
    noiseFloorDbov: floorOf((t) => levels.total(t)),
  };
}

function framesWhere(levels: BandLevels, keep: (frame: number) => boolean): Int32Array {
  const frames = new Int32Array(levels.frames);
  let count = 0;
  for (let t = 0; t < levels.frames; t++) if (keep(t)) frames[count++] = t;
  return frames.subarray(0, count);
}

/** Level that 5 % of the frames exceed; null when all is digital silence. */
export function loudLevel(levels: BandLevels): number | null {
  const totals = new Float32Array(levels.frames);
  for (let t = 0; t < levels.frames; t++) totals[t] = levels.total(t);
  const loud = percentileOf(totals, 0.95);
  return loud > -100 ? loud : null;
}

function neighbourhood(active: Uint8Array): Uint8Array {
  const near = new Uint8Array(active.length);
  for (let t = 0; t < active.length; t++) {
    if (active[t] === 1)
      near.fill(1, Math.max(0, t - neighbourhoodFrames), t + neighbourhoodFrames + 1);
  }
  return near;
}

function decay(
  levels: BandLevels,
  bands: readonly number[],
  speech: readonly number[],
  scratch: Float32Array,
): number {
  const depths: number[] = [];
  for (const band of bands) {
    let count = 0;
    let loudFor = 0;
    for (let t = levels.frames - decayFrames - 1; t >= 0; t--) {
      const level = levels.level(t, band);
      loudFor = level > speech[band] - 6 ? loudFor + 1 : 0;
      if (loudFor > 0 && loudFor <= endFrames)
        scratch[count++] = level - levels.level(t + decayFrames, band);
    }
    if (count > fewestDecays) depths.push(percentileOf(scratch.subarray(0, count), 0.9));
  }
  return depths.length === 0 ? 0 : mean(depths);
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const meanPowerDb = (frames: Int32Array, level: (frame: number) => number) =>
  10 * Math.log10(frames.reduce((sum, frame) => sum + toPower(level(frame)), 0) / frames.length);

/** 10^(dB/10): powers of e take a fraction of the time. */
export const toPower = (decibels: number) => Math.exp(decibels * (Math.LN10 / 10));
