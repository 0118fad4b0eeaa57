import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers of one subject. The same seed and subject give the same numbers, whoever asks first. */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  /** @param subject what the numbers are for, such as `'cache', 3` */
  public constructor(seed: number, ...subject: readonly (string | number)[]) {
    this.#generator = xoroshiro128plus(mixed(seed, subject));
  }

  /** At least 0, below 1. */
  public fraction(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32;
  }

  public between(from: number, to: number): number {
    return from + (to - from) * this.fraction();
  }

  /** A whole number, both ends included. */
  public whole(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  public chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  public oneOf<T>(values: readonly T[]): T {
    return values[this.whole(0, values.length - 1)]!;
  }

  /** Some of the values, each at most once, in a random order. */
  public some<T>(values: readonly T[], count: number): T[] {
    const left = [...values];
    const taken = Math.min(count, left.length);
    for (let i = 0; i < taken; i += 1) {
      const other = this.whole(i, left.length - 1);
      [left[i], left[other]] = [left[other]!, left[i]!];
    }
    return left.slice(0, taken);
  }
}

/** FNV-1a over the seed and the subject, 32 bits. */
function mixed(seed: number, subject: readonly (string | number)[]): number {
  let hash = Math.imul(seed ^ 0x811c9dc5, 0x01000193);
  for (const part of subject) {
    const text = String(part);
    for (let i = 0; i < text.length; i += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
    hash = Math.imul(hash ^ 0x2f, 0x01000193);
  }
  return hash;
}
