import { bandPass, resample, sampleRate } from "./tools.ts";

/** Speech as it was made, at `sampleRate`; `others` are the other sounds' speech, for babble. */
interface Material {
  readonly speech: Float32Array;
  readonly others: readonly Float32Array[];
  /** Numbers from 0 to 1 that are the same in every run. */
  readonly random: () => number;
}

/** Changes speech without moving it in time: a degraded sound and its reference stay aligned. */
export type Degradation = (material: Material) => Float32Array | Promise<Float32Array>;

export const asItIs: Degradation = ({ speech }) => speech;

/** Adds noise that is `snrDb` below the level of the active speech. */
export const noise =
  (kind: "white" | "pink" | "hum" | "babble", snrDb: number): Degradation =>
  (material) => {
    const { speech } = material;
    const noise = noises[kind](material);
    const gain = activeRms(speech) / (rms(noise) * 10 ** (snrDb / 20));
    return speech.map((sample, index) => sample + gain * (noise[index] ?? 0));
  };

/** Hard clipping at a fraction of the peak, as a gain set too high gives it. */
export const clip =
  (fraction: number): Degradation =>
  ({ speech }) => {
    const limit = fraction * peak(speech);
    const gain = 0.95 / limit;
    return speech.map((sample) => gain * Math.max(-limit, Math.min(limit, sample)));
  };

/** A room: the direct sound, then noise that decays by 60 dB in `rt60Seconds`. */
export const reverberate =
  (rt60Seconds: number, directToReverbDb: number): Degradation =>
  ({ speech, random }) => {
    const tail = Float32Array.from({ length: Math.round(rt60Seconds * sampleRate) }, (_, index) =>
      index < 0.002 * sampleRate
        ? 0
        : (2 * random() - 1) * 10 ** ((-3 * index) / (rt60Seconds * sampleRate)),
    );
    const gain = 10 ** (-directToReverbDb / 20) / Math.sqrt(energy(tail));
    const wet = convolve(speech, tail);
    return speech.map((sample, index) => sample + gain * (wet[index] ?? 0));
  };

/** Only what lies between two frequencies, in hertz. */
export const between =
  (low: number, high: number): Degradation =>
  ({ speech }) =>
    bandPass(speech, low, high);

/** Through a lower sample rate and back: what a file made larger than it is looks like. */
export const through =
  (rate: number): Degradation =>
  async ({ speech }) =>
    resample(await resample(speech, sampleRate, rate), rate, sampleRate);

/** Amplifies; negative decibels make it quiet. */
export const gain =
  (db: number): Degradation =>
  ({ speech }) =>
    speech.map((sample) => sample * 10 ** (db / 20));

/** Frames of 20 ms that are lost on the way, as a share of all. */
export const loseFrames =
  (share: number): Degradation =>
  ({ speech, random }) => {
    const frame = Math.round(0.02 * sampleRate);
    const degraded = speech.slice();
    for (let at = 0; at < degraded.length; at += frame)
      if (random() < share) degraded.fill(0, at, at + frame);
    return degraded;
  };

/** One degradation after another. */
export const both =
  (first: Degradation, second: Degradation): Degradation =>
  async (material) =>
    second({ ...material, speech: await first(material) });

/** No speech: notes of a broken chord, each dying away. */
export const chord: Degradation = ({ speech }) => {
  const notes = [220, 277.18, 329.63, 440, 329.63, 277.18];
  const noteSeconds = 0.5;
  return speech.map((_, index) => {
    const seconds = index / sampleRate;
    const note = notes[Math.floor(seconds / noteSeconds) % notes.length] ?? 0;
    const decay = Math.exp(-4 * (seconds % noteSeconds));
    const tone = (harmonic: number) => Math.sin(2 * Math.PI * note * harmonic * seconds) / harmonic;
    return 0.2 * decay * (tone(1) + tone(2) + tone(3));
  });
};

/** No speech: nothing at all. */
export const silence: Degradation = ({ speech }) => new Float32Array(speech.length);

const noises: Record<Parameters<typeof noise>[0], (material: Material) => Float32Array> = {
  white: ({ speech, random }) => speech.map(() => 2 * random() - 1),
  pink: ({ speech, random }) => {
    // Three leaky integrators of white noise, an octave-wide approximation of -3 dB an octave.
    const state = [0, 0, 0];
    const poles = [0.997, 0.963, 0.57];
    const weights = [0.1, 0.3, 1];
    return speech.map(() => {
      let sum = 0;
      for (const [index, pole] of poles.entries()) {
        state[index] = pole * (state[index] ?? 0) + (weights[index] ?? 0) * (2 * random() - 1);
        sum += state[index] ?? 0;
      }
      return sum;
    });
  },
  hum: ({ speech }) =>
    speech.map((_, index) =>
      [1, 2, 3, 5].reduce(
        (sum, harmonic) =>
          sum + Math.sin((2 * Math.PI * 50 * harmonic * index) / sampleRate) / harmonic,
        0,
      ),
    ),
  babble: ({ speech, others, random }) => {
    const offsets = others.map(({ length }) => Math.floor(random() * length));
    return speech.map((_, index) =>
      others.reduce(
        (sum, other, voice) => sum + (other[(index + (offsets[voice] ?? 0)) % other.length] ?? 0),
        0,
      ),
    );
  },
};

const energy = (signal: Float32Array) => signal.reduce((sum, sample) => sum + sample * sample, 0);
const rms = (signal: Float32Array) => Math.sqrt(energy(signal) / signal.length);
const peak = (signal: Float32Array) =>
  signal.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);

/** Level of the frames within 30 dB of the loudest one: pauses must not make speech seem quieter. */
function activeRms(signal: Float32Array): number {
  const frame = Math.round(0.02 * sampleRate);
  const levels = Array.from({ length: Math.floor(signal.length / frame) }, (_, index) =>
    rms(signal.subarray(index * frame, (index + 1) * frame)),
  );
  const loudest = Math.max(...levels);
  const active = levels.filter((level) => level > loudest * 10 ** (-30 / 20));
  return Math.sqrt(active.reduce((sum, level) => sum + level * level, 0) / active.length);
}

function convolve(signal: Float32Array, response: Float32Array): Float32Array {
  const result = new Float32Array(signal.length);
  for (let tap = 0; tap < response.length; tap++) {
    const weight = response[tap] ?? 0;
    if (weight === 0) continue;
    for (let index = tap; index < result.length; index++)
      result[index] = (result[index] ?? 0) + weight * (signal[index - tap] ?? 0);
  }
  return result;
}
