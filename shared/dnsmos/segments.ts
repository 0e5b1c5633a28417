/** The only rate that the network knows. */
export const dnsmosRate = 16_000;
/** What the network listens to at once: 9.01 s. */
export const segmentSamples = 144_160;
/** A segment starts every second. */
const hopSamples = dnsmosRate;
/**
 * The published way scores every second of a recording, which for an hour takes longer than a function may run:
 * of more than this many segments so many are taken, evenly spread, and their mean estimates the mean of all.
 */
export const mostSegments = 300;

/**
 * The stretches that are scored, by the published rule: what is too short is doubled until it is long enough, then a
 * segment starts at each whole second of the length rounded down that a whole one fits behind.
 */
export function* segmentsOf(samples: Float32Array): Generator<Float32Array> {
  if (samples.length === 0) return;
  const signal = lengthen(samples);
  const count = Math.trunc(Math.floor(signal.length / dnsmosRate) - 9.01) + 1;
  const taken = Math.min(count, mostSegments);
  for (let i = 0; i < taken; i++) {
    const hop = taken === count ? i : Math.round((i * (count - 1)) / (taken - 1));
    yield signal.subarray(hop * hopSamples, hop * hopSamples + segmentSamples);
  }
}

function lengthen(samples: Float32Array): Float32Array {
  let length = samples.length;
  while (length < segmentSamples) length *= 2;
  if (length === samples.length) return samples;
  const long = new Float32Array(length);
  for (let at = 0; at < length; at += samples.length) long.set(samples, at);
  return long;
}
