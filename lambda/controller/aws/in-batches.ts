import pLimit from 'p-limit';

/** How many calls of one kind are made at the same time. Their pace decides how fast the others follow. */
const CONCURRENT_CALLS = 8;

/** The parts of a list, in order, each of at most `size`. */
export function chunksOf<T>(list: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < list.length; from += size) {
    chunks.push(list.slice(from, from + size));
  }
  return chunks;
}

/** Does some work for each part of a list, several at the same time. */
export async function inBatches<T>(
  list: readonly T[],
  size: number,
  work: (batch: T[]) => Promise<void>,
): Promise<void> {
  const limit = pLimit(CONCURRENT_CALLS);
  await Promise.all(chunksOf(list, size).map((batch) => limit(() => work(batch))));
}
