/** Does a step of a script, and prints its name and how long it took. */
export async function step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const since = Date.now();
  const result = await work();
  console.log(`ok     ${name} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
  return result;
}
