/** Reproducible noise, uniform in −1 … 1. */
export function noise(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

export function sine(count: number, hertz: number, sampleRate: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / sampleRate),
  );
}

/** Bursts of noise with silence between: enough of speech for the activity measure. */
export function bursts(count: number, seconds: number, pause: number, rate: number): Float32Array {
  const out = new Float32Array(Math.round(count * (seconds + pause) * rate));
  const length = Math.round(seconds * rate);
  for (let k = 0; k < count; k++)
    out.set(noise(length, k + 1), Math.round((k * (seconds + pause) + pause / 2) * rate));
  return out;
}

/** `zeros` samples of silence, then the signal. */
export function late<T extends Float32Array | Int16Array>(signal: T, zeros: number): T {
  const out = signal.slice().fill(0) as T;
  out.set(signal.subarray(0, Math.max(0, signal.length - zeros)), zeros);
  return out;
}
