import { lambdaNode } from '../../testbed/lambda';
import { step } from '../step';

/** An emulator of AWS that runs. */
interface RunningEmulator {
  /** Where clients find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it printed. */
  readonly log: string;
  stop(): void;
}

/** The Node of the functions. Prints that it is another one than that of AWS, where it is. */
export async function functionNode(): Promise<string> {
  const { file, unavailable } = await lambdaNode();
  if (unavailable !== undefined) {
    console.log(`not available: the Node of the functions: ${unavailable}`);
  }
  return file;
}

/** Works with an emulator, which this process then takes for AWS, and stops it. Prints its log when the work fails. */
export async function withEmulator<E extends RunningEmulator, T>(
  start: () => Promise<E>,
  work: (emulator: E) => Promise<T>,
): Promise<T> {
  const emulator = await step('the emulator answers', start);
  Object.assign(process.env, emulator.environment);
  try {
    return await work(emulator);
  } catch (error) {
    console.error(emulator.log);
    throw error;
  } finally {
    emulator.stop();
  }
}
