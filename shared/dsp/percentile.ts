/** The value below which `share` (0 … 1) of `values` lie, linearly interpolated; NaN of nothing. Works on a copy. */
export const percentile = (values: ArrayLike<number>, share: number) =>
  percentileOf(Float64Array.from(values), share);

/** The same for values whose order may be changed: of an hour's frames every copy counts. */
export function percentileOf(values: Float32Array | Float64Array, share: number): number {
  if (values.length === 0) return Number.NaN;
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const value = select(values, below);
  if (below === place) return value;
  let above = Number.POSITIVE_INFINITY;
  for (let i = below + 1; i < values.length; i++) if (values[i] < above) above = values[i];
  return value + (place - below) * (above - value);
}

/**
 * The value that would stand at `place` if all were sorted; what is no larger stands before it then, and what is no smaller
 * after (Hoare, "Algorithm 65: find", CACM 4(7), 1961).
 */
function select(values: Float32Array | Float64Array, place: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = middleOf(values[low], values[(low + high) >> 1], values[high]);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place];
}

const middleOf = (a: number, b: number, c: number) =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
