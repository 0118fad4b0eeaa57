import fc from 'fast-check';
import { mutated } from './mutations';

/** A reader of foreign input. */
export interface Target {
  readonly name: string;
  /** Genuine inputs. Bytes stand as characters up to 255. */
  readonly seeds: readonly string[];
  /** Words of the input's language. */
  readonly words: readonly string[];
  /** Its part of all executions. The parts of all targets add up to 1. */
  readonly share: number;
  /** How many inputs it takes at once. */
  readonly batch: number;
  /** Reads them. It throws when a reader does what it must not do. */
  run(inputs: readonly string[]): void | Promise<void>;
}

/** What {@link fuzz} did. */
export interface Fuzzed {
  readonly executions: number;
  /** The most processor time that a batch took, ms. A machine that is busy otherwise does not count. */
  readonly slowestMillis: number;
  readonly peakMemoryMb: number;
}

const MAX_MILLIS = 1000;
const MAX_MEMORY_MB = 256;

/**
 * Gives a target the inputs that once failed, then changed ones.
 *
 * @param executions at least so many inputs
 * @param seed the same seed gives the same inputs
 * @param saved inputs that once failed
 * @param beat is called after every batch
 * @throws with the seed and the smallest input found when a reader crashes, hangs, uses too much memory or pollutes a prototype
 */
export async function fuzz(
  target: Target,
  executions: number,
  seed: number,
  saved: readonly string[],
  beat: (done: number) => void = () => {},
): Promise<Fuzzed> {
  let done = 0;
  let slowestMillis = 0;
  let peakMemoryMb = 0;
  const memoryBefore = heapMb();
  const look = async (inputs: readonly string[]) => {
    const since = process.cpuUsage();
    await target.run(inputs);
    const { user, system } = process.cpuUsage(since);
    const millis = (user + system) / 1000;
    done += inputs.length;
    slowestMillis = Math.max(slowestMillis, millis);
    if (millis > MAX_MILLIS) {
      throw new Error(
        `${inputs.length} inputs took ${Math.round(millis)} ms of processor time: allowed are ${MAX_MILLIS}`,
      );
    }
    peakMemoryMb = Math.max(peakMemoryMb, heapMb() - memoryBefore);
    if (peakMemoryMb > MAX_MEMORY_MB) {
      throw new Error(`the heap grew by ${Math.round(peakMemoryMb)} MB: allowed are ${MAX_MEMORY_MB}`);
    }
    assertUnpolluted();
    beat(done);
  };
  for (const input of saved) {
    await look([input]);
  }
  const inputs = fc.array(mutated(target.seeds, target.words), { minLength: 1, maxLength: target.batch, size: 'max' });
  while (done < executions) {
    // A run of fast-check keeps all that it has seen, so that a long one is several.
    const runs = Math.min(10_000, Math.ceil((2 * (executions - done)) / target.batch));
    await fc.assert(fc.asyncProperty(inputs, look), { seed: seed + done, numRuns: runs });
  }
  return { executions: done, slowestMillis, peakMemoryMb };
}

const heapMb = () => process.memoryUsage().heapUsed / 2 ** 20;

const PRISTINE = [Object, Array, String, Function, Map].map(({ prototype }) => [
  prototype,
  Reflect.ownKeys(prototype).length,
]) as [object, number][];

function assertUnpolluted(): void {
  for (const [prototype, keys] of PRISTINE) {
    if (Reflect.ownKeys(prototype).length !== keys) {
      throw new Error(`a prototype was polluted: it has ${Reflect.ownKeys(prototype).map(String).join(', ')}`);
    }
  }
}

/** Runs a reader that may refuse its input in its own way, in one line that a log can take. */
export function refuses(
  input: string,
  refusal: new (...args: never[]) => Error,
  read: (input: string) => unknown,
): void {
  try {
    read(input);
  } catch (error) {
    assertRefusal(error, refusal, input);
  }
}

/** @throws what was thrown, when it is not the refusal expected, or not one line */
export function assertRefusal(error: unknown, refusal: new (...args: never[]) => Error, input: string): void {
  if (!(error instanceof refusal) || (refusal === Error && error.constructor !== Error)) {
    throw new Error(`${JSON.stringify(input).slice(0, 2000)}: ${(error as Error)?.stack ?? String(error)}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these break a line or a terminal.
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(error.message)) {
    throw new Error(
      `${JSON.stringify(input).slice(0, 2000)}: the reason has control characters: ${JSON.stringify(error.message)}`,
    );
  }
}
