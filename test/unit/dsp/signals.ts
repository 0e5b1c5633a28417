/** Signals with known properties, for the tests of measures. Everything is deterministic. */

export function tone(
  frequency: number,
  amplitude: number,
  seconds: number,
  rate: number,
  phase = 0,
): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / rate + phase),
  );
}

/** Uniform numbers in 0 … 1 (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box–Muller). */
export function gaussian(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export function noise(amplitude: number, seconds: number, rate: number, seed = 1): Float32Array {
  const next = gaussian(seed);
  return Float32Array.from({ length: Math.round(seconds * rate) }, () => amplitude * next());
}

export const mix = (...signals: readonly Float32Array[]) =>
  signals[0].map((_, i) => signals.reduce((sum, signal) => sum + (signal[i] ?? 0), 0));

export function join(...signals: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(signals.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const signal of signals) {
    joined.set(signal, at);
    at += signal.length;
  }
  return joined;
}

export const scale = (signal: Float32Array, gain: number) => signal.map((x) => x * gain);

/** The same signal in pieces of uneven size, as it would come from a decoder. */
export function pieces(signal: Float32Array): Float32Array[] {
  const sizes = [1, 7, 160, 4096, 5000, 333];
  const parts: Float32Array[] = [];
  for (let at = 0, i = 0; at < signal.length; at += sizes[i++ % sizes.length])
    parts.push(signal.subarray(at, at + sizes[i % sizes.length]));
  return parts;
}

/**
 * Something built like speech: a gliding, rather high harmonic voice under formants, in syllables of 120 … 250 ms, with noisy
 * consonants between and pauses now and then, over digital silence.
 */
export function speechLike(seconds: number, rate: number, seed = 1): Float32Array {
  const next = uniform(seed);
  const output = new Float32Array(Math.round(seconds * rate));
  let at = Math.round(0.1 * rate);
  let phase = 0;
  while (at < output.length) {
    const length = Math.round((0.12 + 0.13 * next()) * rate);
    const base = 190 + 50 * next();
    const bend = 30 * (next() - 0.5);
    const formants = [300 + 500 * next(), 1000 + 1200 * next(), 2600];
    for (let i = 0; i < length && at + i < output.length; i++) {
      const share = i / length;
      const pitch = base + bend * share;
      phase += (2 * Math.PI * pitch) / rate;
      let sum = 0;
      for (let k = 1; k * pitch < Math.min(4000, rate / 2); k++) {
        const gain = formants.reduce(
          (total, f, n) => total + 2 ** -n / (1 + ((k * pitch - f) / 120) ** 2),
          0,
        );
        sum += gain * Math.sin(k * phase);
      }
      output[at + i] += 0.1 * sum * Math.sin(Math.PI * share) ** 0.5;
    }
    at += length;
    const consonant = Math.round((0.03 + 0.06 * next()) * rate);
    let before = 0;
    for (let i = 0; i < consonant && at + i < output.length; i++) {
      const white = next() - 0.5;
      output[at + i] += 0.08 * (white - before) * Math.sin((Math.PI * i) / consonant);
      before = white;
    }
    at += consonant + (next() < 0.2 ? Math.round(0.3 * rate) : Math.round(0.02 * rate));
  }
  return output;
}

/** Reverberation: noise that decays by 60 dB in `seconds`, after the direct sound; 0 leaves the signal as it is. */
export function reverberate(signal: Float32Array, seconds: number, rate: number): Float32Array {
  if (seconds === 0) return signal;
  const output = signal.slice();
  const next = uniform(99);
  // A few thousand echoes at random places stand for a dense tail.
  for (let k = 0; k < 1500; k++) {
    const delay = Math.round(seconds * rate * next());
    const gain = 0.25 * (next() < 0.5 ? -1 : 1) * 10 ** ((-3 * delay) / (seconds * rate));
    if (Math.abs(gain) < 0.002 || delay === 0) continue;
    for (let i = delay; i < output.length; i++) output[i] += gain * signal[i - delay];
  }
  return output;
}
