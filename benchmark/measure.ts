/** The middle value; the mean of the two middle ones where there is no single one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/**
 * Measures several things in turn, in one direction and then in the other, so that a disturbance affects all of them.
 *
 * @returns the values of each thing, one for each round, in the order given
 */
export async function inTurn(rounds: number, measures: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const values: number[][] = measures.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...measures.entries()];
    for (const [i, measure] of round % 2 === 0 ? order : order.reverse()) {
      values[i]!.push(await measure());
    }
  }
  return values;
}

/** The median of each thing that is measured in turn. */
export async function sideBySide(runs: number, measures: readonly (() => Promise<number>)[]): Promise<number[]> {
  return (await inTurn(runs, measures)).map(median);
}
