/** What `lookup` makes. */
export type Lookup<T> = Readonly<Record<string, T | undefined>>;

/**
 * A table to look up words of a file in: it has its rows and nothing else, where a plain object would answer for
 * `constructor` too.
 */
export const lookup = <T>(rows: Readonly<Record<string, T>>): Lookup<T> =>
  Object.freeze(Object.assign(Object.create(null) as Record<string, T>, rows));
