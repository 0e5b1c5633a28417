import { measureActivity } from "./activity.ts";
import { align } from "./alignment.ts";
import { alignmentFilter, inputFilter } from "./filters.ts";
import { alignLevel, pad } from "./level.ts";
import { model } from "./model.ts";
import { rawScore, toMosLqo } from "./score.ts";
import { type PesqRate, SIZES } from "./sizes.ts";

const peakOf = (x: ArrayLike<number>) => {
  let p = 0;
  for (let i = 0; i < x.length; i++) p = Math.max(p, Math.abs(x[i]));
  return p;
};

export function plainPesq(reference: ArrayLike<number>, degraded: ArrayLike<number>, sampleRate: PesqRate, mode: "nb" | "wb") {
  const sizes = SIZES[sampleRate];
  if (reference.length < sizes.minimum || degraded.length < sizes.minimum) throw new Error("too short");
  const peak = Math.max(peakOf(reference), peakOf(degraded));
  const ref = pad(reference, peak, sizes);
  const deg = pad(degraded, peak, sizes);
  const longest = Math.max(ref.length, deg.length);
  const gains = [ref, deg].map((x) => alignLevel(x, longest, sizes));
  for (const x of [ref, deg]) inputFilter(x, mode, sizes);
  const copies = [ref, deg].map((x) => {
    const copy = new Float32Array(longest + sizes.tail);
    copy.set(x.samples);
    return copy;
  });
  const [r, d] = [ref, deg].map((x) => {
    alignmentFilter(x, sizes);
    return { ...x, activity: measureActivity(x.samples, x.length, sizes.window) };
  });
  const utterances = align(r, d, sizes);
  if (utterances.length === 0) throw new Error("no utterances");
  const result = model(copies[0], copies[1], longest, utterances, sizes);
  const raw = rawScore(result, longest, sizes);
  return { gains, utterances, result, raw, mosLqo: toMosLqo(raw, mode), activity: [r.activity, d.activity] };
}
