/** Speech activity in windows of 4 ms. */
export interface Activity {
  /** Gated power: positive where there is speech, else 0. */
  readonly power: Float64Array;
  /** Natural logarithm of power over the threshold, 0 below it. */
  readonly log: Float64Array;
  readonly threshold: number;
  readonly floor: number;
}

/** Longest pause inside a talk spurt and longest burst that is none, in windows. */
const JOIN_GAP = 50;
const SHORT_RUN = 4;

/** Activity (P.862, clause 10.1.4) from the mean powers of the windows, which it overwrites. */
export function measureActivity(power: Float64Array): Activity {
  const peak = power.reduce((a, b) => Math.max(a, b), 0);
  const floor = peak > 0 ? 1e-4 * peak : 1;
  let threshold = power.reduce((a, b) => a + b, 0) / power.length;
  for (let w = 0; w < power.length; w++) power[w] = Math.max(power[w], floor);
  for (let i = 0; i < 12; i++) threshold = refineThreshold(power, threshold);
  const levels = meanLevels(power, threshold);
  if (levels.none) threshold = -1;

  for (let w = 0; w < power.length; w++) if (power[w] <= threshold) power[w] = -power[w];
  silenceEnds(power, floor);
  dropRuns(power, ({ start, end }) => end - start <= SHORT_RUN);
  if (levels.speech >= 1000 * levels.noise)
    dropRuns(power, ({ start, end }) => {
      let sum = 0;
      for (let w = start; w < end; w++) sum += power[w];
      return sum < 3 * threshold * (end - start);
    });
  if (!joinRuns(power, floor)) {
    for (let w = 0; w < power.length; w++) power[w] = Math.abs(power[w]);
    silenceEnds(power, floor);
  }
  smoothEdges(power);
  for (let w = 0; w < power.length; w++) power[w] = Math.max(power[w], 0);
  if (threshold <= 0) threshold = floor;
  const log = power.map((v) => (v > threshold ? Math.log(v / threshold) : 0));
  return { power, log, threshold, floor };
}

function refineThreshold(power: Float64Array, threshold: number): number {
  let count = 0;
  let sum = 0;
  for (let w = 0; w < power.length; w++) {
    if (power[w] > threshold) continue;
    count++;
    sum += power[w];
  }
  if (count === 0) return 0;
  const mean = sum / count;
  let squares = 0;
  for (let w = 0; w < power.length; w++)
    if (power[w] <= threshold) squares += (power[w] - mean) * (power[w] - mean);
  return 1.001 * (mean + 2 * Math.sqrt(squares / count));
}

function meanLevels(power: Float64Array, threshold: number) {
  let above = 0;
  let speech = 0;
  let noise = 0;
  for (let w = 0; w < power.length; w++)
    if (power[w] > threshold) {
      above++;
      speech += power[w];
    } else noise += power[w];
  const below = power.length - above;
  return {
    none: above === 0,
    speech: above > 0 ? speech / above : 0,
    noise: below > 0 ? noise / below : 1,
  };
}

function silenceEnds(power: Float64Array, floor: number): void {
  power[0] = -floor;
  power[power.length - 1] = -floor;
}

interface Run {
  readonly start: number;
  /** First window after the run. */
  readonly end: number;
}

function findRuns(power: Float64Array): Run[] {
  const runs: Run[] = [];
  for (let w = 1; w < power.length; w++) {
    if (power[w] <= 0) continue;
    const start = w;
    while (power[w] > 0) w++;
    runs.push({ start, end: w });
  }
  return runs;
}

function dropRuns(power: Float64Array, unwanted: (run: Run) => boolean): void {
  for (const run of findRuns(power).filter(unwanted))
    for (let w = run.start; w < run.end; w++) power[w] = -power[w];
}

/** Fills short gaps with `floor`; false when there is no run at all. */
function joinRuns(power: Float64Array, floor: number): boolean {
  const runs = findRuns(power);
  for (let k = 1; k < runs.length; k++)
    if (runs[k].start - runs[k - 1].end <= JOIN_GAP)
      power.fill(floor, runs[k - 1].end, runs[k].start);
  return runs.length > 0;
}

/** Ramps at the ends of runs. It reads what it has written: the order is part of the result. */
function smoothEdges(power: Float64Array): void {
  for (let c = 3; c < power.length - 2; c++) {
    if (power[c] > 0 && power[c - 2] <= 0) {
      power[c - 2] = 0.1 * power[c];
      power[c - 1] = 0.3 * power[c];
      c++;
    }
    if (power[c] <= 0 && power[c - 1] > 0) {
      power[c] = 0.3 * power[c - 1];
      power[c + 1] = 0.1 * power[c - 1];
      c += 3;
    }
  }
}
