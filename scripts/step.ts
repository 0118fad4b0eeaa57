/** A step of a script: its name, and what it does. */
export type Step = readonly [name: string, work: () => unknown];

/** Does a step of a script, and prints its name and how long it took. */
export async function step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const since = Date.now();
  const result = await work();
  console.log(`ok     ${name} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
  return result;
}

/** Does steps, one after the other. */
export async function steps(all: readonly Step[]): Promise<void> {
  for (const [name, work] of all) {
    await step(name, work);
  }
}
