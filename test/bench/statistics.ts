/** Ranks from 1, ties sharing the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values
    .map((value, index) => ({ value, index }))
    .toSorted((a, b) => a.value - b.value);
  const result = Array<number>(values.length).fill(0);
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end < order.length && order[end].value === order[i].value) end++;
    for (let k = i; k < end; k++) result[order[k].index] = (i + end + 1) / 2;
    i = end;
  }
  return result;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function centred(values: readonly number[]): number[] {
  const middle = mean(values);
  return values.map((value) => value - middle);
}

const product = (x: readonly number[], y: readonly number[]) =>
  mean(x.map((value, i) => value * y[i]));

/** Linear correlation. */
export function pearson(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [centred(a), centred(b)];
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

/** Rank correlation. */
export const spearman = (a: readonly number[], b: readonly number[]) => pearson(ranks(a), ranks(b));

export const rootMeanSquare = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
