/** Minimises `cost` from `start` by the simplex method (Nelder & Mead, Computer Journal 7(4), 1965). */
export function minimise(
  cost: (x: readonly number[]) => number,
  start: readonly number[],
  steps: readonly number[],
  rounds = 1500,
): number[] {
  const simplex = [
    start,
    ...start.map((_, i) => start.map((value, k) => (k === i ? value + steps[k] : value))),
  ].map((x) => ({ x: [...x], cost: cost(x) }));
  for (let round = 0; round < rounds; round++) {
    simplex.sort((a, b) => a.cost - b.cost);
    const worst = simplex[simplex.length - 1];
    const rest = simplex.slice(0, -1);
    const centre = start.map((_, k) => rest.reduce((sum, { x }) => sum + x[k], 0) / rest.length);
    const at = (reach: number) => {
      const x = centre.map((value, k) => value + reach * (worst.x[k] - value));
      return { x, cost: cost(x) };
    };
    const reflected = at(-1);
    if (reflected.cost < simplex[0].cost) {
      const expanded = at(-2);
      simplex[simplex.length - 1] = expanded.cost < reflected.cost ? expanded : reflected;
    } else if (reflected.cost < rest[rest.length - 1].cost) {
      simplex[simplex.length - 1] = reflected;
    } else {
      const contracted = at(0.5);
      if (contracted.cost < worst.cost) simplex[simplex.length - 1] = contracted;
      else {
        const [first] = simplex;
        for (const point of simplex.slice(1)) {
          point.x = point.x.map((value, k) => (value + first.x[k]) / 2);
          point.cost = cost(point.x);
        }
      }
    }
  }
  return simplex.toSorted((a, b) => a.cost - b.cost)[0].x;
}
