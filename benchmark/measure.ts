/** The middle value; the mean of the two middle ones where there is no single one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/**
 * Measures several things in turn, so that a disturbance affects all of them.
 *
 * @returns the median of each, in the order given
 */
export async function sideBySide(runs: number, measures: readonly (() => Promise<number>)[]): Promise<number[]> {
  const values: number[][] = measures.map(() => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [i, measure] of measures.entries()) {
      values[i]!.push(await measure());
    }
  }
  return values.map(median);
}
