import { planFft } from "#shared/dsp/fft.ts";
import { hann } from "#shared/dsp/windows.ts";
import type { Utterance } from "./alignment.ts";
import { type BadInterval, findBadIntervals, realign } from "./bad-intervals.ts";
import { type Sizes, quo } from "./sizes.ts";
import {
  BAND_BINS,
  CENTRE_BARK,
  HEARING_THRESHOLD,
  LOUDNESS_CALIBRATION,
  POWER_CALIBRATION,
  POWER_CORRECTION,
  WIDTH_BARK,
} from "./tables.ts";

export interface ModelResult {
  readonly first: number;
  readonly last: number;
  readonly audible: Float64Array;
  readonly symmetric: Float64Array;
  readonly asymmetric: Float64Array;
  readonly badIntervals: BadInterval[];
}

/** The delay at a reference sample. */
export function delayAt(utterances: readonly Utterance[], window: number, i: number): number {
  for (let k = utterances.length - 1; k > 0; k--)
    if (utterances[k].start * window <= i) return utterances[k].delay;
  return utterances[0].delay;
}

export function model(
  ref: Float32Array,
  deg: Float32Array,
  length: number,
  utterances: readonly Utterance[],
  sizes: Sizes,
): ModelResult {
  const { guard, tail, hop, frame, bands } = sizes;
  const { first, last } = frameRange(ref, length, sizes);
  const count = last + 1;
  const refPower = new Float64Array(count * bands);
  const degPower = new Float64Array(count * bands);
  const spectra = planSpectra(sizes);
  for (let f = 0; f < count; f++) {
    const i = guard + f * hop;
    const j = i + delayAt(utterances, sizes.window, i);
    spectra(ref, i, refPower.subarray(f * bands, (f + 1) * bands));
    if (j > 0 && j + frame < length + tail)
      spectra(deg, j, degPower.subarray(f * bands, (f + 1) * bands));
  }
  compensateResponse(refPower, degPower, count, length, sizes);
  const audible = new Float64Array(count);
  const symmetric = new Float64Array(count);
  const asymmetric = new Float64Array(count);
  const disturb = planDisturbance(sizes);
  let scale = 0;
  for (let f = 0; f < count; f++) {
    const r = refPower.subarray(f * bands, (f + 1) * bands);
    const d = degPower.subarray(f * bands, (f + 1) * bands);
    audible[f] = audiblePower(r, 1);
    scale = compensateGain(audible[f], d, f > 0 ? scale : undefined);
    [symmetric[f], asymmetric[f]] = disturb(r, d);
  }
  const seen = symmetric.some((d) => d > 30);
  skipFrames(utterances, last, sizes, symmetric, asymmetric);
  let badIntervals: BadInterval[] = [];
  if (seen) {
    const y = compensateDelay(deg, length, utterances, sizes);
    badIntervals = findBadIntervals(symmetric, last);
    const y2 = realign(badIntervals, ref, y, length, sizes);
    for (const { start, end } of badIntervals) {
      let scale = 1;
      for (let f = start; f < end; f++) {
        const r = refPower.subarray(f * bands, (f + 1) * bands);
        const d = degPower.subarray(f * bands, (f + 1) * bands);
        spectra(y2, guard + f * hop, d);
        scale = compensateGain(audiblePower(r, 1), d, scale);
        const [s, a] = disturb(r, d);
        symmetric[f] = Math.min(symmetric[f], s);
        asymmetric[f] = Math.min(asymmetric[f], a);
      }
    }
  }
  for (let f = 0; f < count; f++) {
    const h = ((audible[f] + 1e5) / 1e7) ** 0.04;
    symmetric[f] = Math.min(45, symmetric[f] / h);
    asymmetric[f] = Math.min(45, asymmetric[f] / h);
  }
  return { first, last, audible, symmetric, asymmetric, badIntervals };
}

function frameRange(ref: Float32Array, length: number, { guard, tail, hop }: Sizes) {
  const sum = (i: number) => {
    let total = 0;
    for (let n = 0; n < 5; n++) total += Math.abs(ref[i + n]);
    return total;
  };
  const most = Math.floor(length / 2);
  let a = 0;
  while (a < most && sum(guard + a) < 500) a++;
  let c = 0;
  const end = length - guard + tail - 1;
  while (c < most && sum(end - c - 4) < 500) c++;
  return { first: quo(a, hop), last: quo(length - 2 * guard + tail - c, hop) - 1 };
}

function planSpectra({ frame, bands, sampleRate }: Sizes) {
  const window = hann(frame);
  const fft = planFft(frame);
  const re = new Float64Array(frame);
  const im = new Float64Array(frame);
  const bins = BAND_BINS[sampleRate];
  const scale = POWER_CORRECTION[sampleRate].map((c) => c * POWER_CALIBRATION[sampleRate]);
  return (x: Float32Array, start: number, power: Float64Array) => {
    for (let n = 0; n < frame; n++) re[n] = x[start + n] * window[n];
    im.fill(0);
    fft.forward(re, im);
    re[0] = 0;
    im[0] = 0;
    for (let b = 0, q = 0; b < bands; b++) {
      let sum = 0;
      for (const end = q + bins[b]; q < end; q++) sum += re[q] * re[q] + im[q] * im[q];
      power[b] = sum * scale[b];
    }
  };
}

function audiblePower(power: Float64Array, factor: number): number {
  let sum = 0;
  for (let b = 1; b < power.length; b++)
    if (power[b] > factor * HEARING_THRESHOLD[b]) sum += power[b];
  return sum;
}

function compensateResponse(
  ref: Float64Array,
  deg: Float64Array,
  count: number,
  length: number,
  { bands, guard, tail, hop }: Sizes,
): void {
  const refSum = new Float64Array(bands);
  const degSum = new Float64Array(bands);
  for (let f = 0; f < count; f++) {
    const r = ref.subarray(f * bands, (f + 1) * bands);
    const d = deg.subarray(f * bands, (f + 1) * bands);
    if (audiblePower(r, 100) < 1e7) continue;
    for (let b = 0; b < bands; b++) {
      if (r[b] > 100 * HEARING_THRESHOLD[b]) refSum[b] += r[b];
      if (d[b] > 100 * HEARING_THRESHOLD[b]) degSum[b] += d[b];
    }
  }
  const total = quo(length - 2 * guard + tail, hop) - 1;
  for (let b = 0; b < bands; b++) {
    const ratio = (degSum[b] / total + 1000) / (refSum[b] / total + 1000);
    const limited = Math.min(Math.max(ratio, 0.01), 100);
    for (let f = 0; f < count; f++) ref[f * bands + b] *= limited;
  }
}

function compensateGain(refAudible: number, deg: Float64Array, before: number | undefined): number {
  let scale = (refAudible + 5000) / (audiblePower(deg, 1) + 5000);
  if (before !== undefined) scale = 0.2 * before + 0.8 * scale;
  const limited = Math.min(Math.max(scale, 3e-4), 5);
  for (let b = 0; b < deg.length; b++) deg[b] *= limited;
  return scale;
}

function planDisturbance({ bands }: Sizes) {
  const exponent = CENTRE_BARK.map((z) => 0.23 * (z < 4 ? Math.min(2, 6 / (z + 2)) : 1) ** 0.15);
  const factor = HEARING_THRESHOLD.map((t, b) => LOUDNESS_CALIBRATION * (t / 0.5) ** exponent[b]);
  const loudness = (p: number, b: number) => {
    const t = HEARING_THRESHOLD[b];
    return p > t ? factor[b] * ((0.5 + (0.5 * p) / t) ** exponent[b] - 1) : 0;
  };
  let width = 0;
  for (let b = 1; b < bands; b++) width += WIDTH_BARK[b];
  return (ref: Float64Array, deg: Float64Array): [symmetric: number, asymmetric: number] => {
    let squares = 0;
    let asymmetric = 0;
    for (let b = 1; b < bands; b++) {
      const r = loudness(ref[b], b);
      const d = loudness(deg[b], b);
      const dead = 0.25 * Math.min(r, d);
      const size = Math.abs(d - r) - dead;
      if (size <= 0) continue;
      squares += (size * WIDTH_BARK[b]) ** 2;
      const ratio = ((deg[b] + 50) / (ref[b] + 50)) ** 1.2;
      if (ratio >= 3) asymmetric += size * Math.min(ratio, 12) * WIDTH_BARK[b];
    }
    return [width * Math.sqrt(squares / width), asymmetric];
  };
}

function skipFrames(
  utterances: readonly Utterance[],
  last: number,
  { hop, window }: Sizes,
  symmetric: Float64Array,
  asymmetric: Float64Array,
): void {
  for (let k = 1; k < utterances.length; k++) {
    const u = utterances[k];
    const before = utterances[k - 1];
    const jump = u.delay - before.delay;
    if (jump >= -hop) continue;
    const fa = quo((u.start - 75) * window + u.delay, hop);
    const fb = quo((before.end - 75) * window + before.delay, hop);
    const end = quo((u.start - 75) * window + Math.abs(jump), hop) + 1;
    for (let f = Math.max(0, Math.min(fa, fb)); f <= end && f < last; f++)
      symmetric[f] = asymmetric[f] = 0;
  }
}

function compensateDelay(
  deg: Float32Array,
  length: number,
  utterances: readonly Utterance[],
  { guard, tail, window }: Sizes,
): Float32Array {
  const y = new Float32Array(length + tail);
  const end = length + tail - guard;
  for (let i = guard; i < end; i++) {
    const j = i + delayAt(utterances, window, i);
    y[i] = deg[Math.min(Math.max(j, guard), end - 1)];
  }
  return y;
}
