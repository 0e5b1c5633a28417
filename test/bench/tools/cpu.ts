import FFT from "fft.js";

/** CPU milliseconds of the whole process that `work` takes. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Median and least of several runs. */
export interface Timing {
  readonly median: number;
  readonly least: number;
}

export function timeRuns(runs: number, work: () => unknown): Timing {
  const times = Array.from({ length: runs }, () => cpuMs(work)).toSorted((a, b) => a - b);
  return { median: times[times.length >> 1], least: times[0] };
}

const fft = new FFT(4096);
const signal = Array.from({ length: 4096 }, (_, i) => Math.sin(i * i));
const spectrum = fft.createComplexArray();

/**
 * Microseconds for a real transform of 4096 points by fft.js: how fast the machine is at this
 * moment. Figures are made comparable by dividing by it.
 */
export function yardstickUs(): number {
  const runs = Array.from(
    { length: 12 },
    () =>
      cpuMs(() => {
        for (let i = 0; i < 500; i++) fft.realTransform(spectrum, signal);
      }) * 2,
  );
  return Math.min(...runs);
}
