/** The value below which `share` (0 … 1) of `values` lie, linearly interpolated; NaN of nothing. Sorts a copy. */
export const percentile = (values: ArrayLike<number>, share: number) =>
  percentileOf(Float64Array.from(values), share);

/** The same for values that may be sorted where they are: of an hour's frames every copy counts. */
export function percentileOf(values: Float32Array | Float64Array, share: number): number {
  if (values.length === 0) return Number.NaN;
  values.sort();
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, values.length - 1);
  return values[below] + (place - below) * (values[above] - values[below]);
}
