/** Modulation filters. */
const FILTERS: i32 = 8;

/**
 * Envelopes of `bands` bands: sums of the magnitudes √power of `bins` bins (even), which take its place, with weights. Of
 * each band, `spans` holds the first bin and how many follow from there (even), two integers; `weights` all theirs in a row.
 */
export function gammatone(
  power: usize,
  bins: i32,
  bands: i32,
  spans: usize,
  weights: usize,
  to: usize,
): void {
  for (let bin: i32 = 0; bin < bins; bin += 2) {
    const place = power + ((<usize>bin) << 3);
    v128.store(place, f64x2.sqrt(v128.load(place)));
  }
  for (let band: i32 = 0; band < bands; band++, spans += 8, to += 8) {
    let from = power + ((<usize>load<i32>(spans)) << 3);
    const end = from + ((<usize>load<i32>(spans, 4)) << 3);
    let sum = f64x2.splat(0);
    for (; from < end; from += 16, weights += 16)
      sum = f64x2.add(sum, f64x2.mul(v128.load(weights), v128.load(from)));
    store<f64>(to, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
}

/**
 * One envelope value of each band through eight modulation filters (b0, a1, a2: eight each, one after the other in `filters`;
 * b1 = 0, b2 = −b0; transposed direct form II), and the energies that come out into four sums at once, each with a weight of
 * its own. Cells lie band by band: 8 values each in `states` (two arrays, one after the other) and `sums` (four).
 */
export function modulate(
  envelopes: usize,
  bands: i32,
  filters: usize,
  states: usize,
  sums: usize,
  w0: f64,
  w1: f64,
  w2: f64,
  w3: f64,
): void {
  const array: usize = (<usize>(bands * FILTERS)) << 3;
  const v0 = f64x2.splat(w0);
  const v1 = f64x2.splat(w1);
  const v2 = f64x2.splat(w2);
  const v3 = f64x2.splat(w3);
  for (let band: i32 = 0; band < bands; band++) {
    const envelope = v128.load64_splat(envelopes + ((<usize>band) << 3));
    for (let k: usize = 0; k < 64; k += 16, states += 16, sums += 16) {
      const x = f64x2.mul(v128.load(filters + k), envelope);
      const y = f64x2.add(x, v128.load(states));
      v128.store(
        states,
        f64x2.sub(v128.load(states + array), f64x2.mul(v128.load(filters + k, 64), y)),
      );
      v128.store(
        states + array,
        f64x2.sub(f64x2.neg(x), f64x2.mul(v128.load(filters + k, 128), y)),
      );
      const energy = f64x2.mul(y, y);
      v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(v0, energy)));
      let sum = sums + array;
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(v1, energy)));
      sum += array;
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(v2, energy)));
      sum += array;
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(v3, energy)));
    }
  }
}
