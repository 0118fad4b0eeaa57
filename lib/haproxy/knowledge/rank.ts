const ranks = new Map<string, number>();

/** The place of a branch in their order, for comparing many: a number that grows from branch to branch. */
export function rankOf(branch: string): number {
  let rank = ranks.get(branch);
  if (rank === undefined) {
    const [major = 0, minor = 0] = branch.split('.').map(Number);
    rank = major * 1000 + minor;
    ranks.set(branch, rank);
  }
  return rank;
}
