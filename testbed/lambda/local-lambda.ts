import { realpathSync } from 'node:fs';
import { ExecutionEnvironment } from './execution-environment';
import type { Outcome } from './runtime-api';
import type { FunctionSettings } from './variables';

/** The result of an invocation, with the figures of Lambda's report line. */
export interface InvocationResult extends Outcome {
  /** From the start of the process until it asked for work. Only after a cold start. */
  readonly initMs?: number;
  /** From the event to the answer. */
  readonly durationMs: number;
  /** Lines printed since the invocation before; after a cold start, those of the init phase as well. */
  readonly logs: string[];
  /** Most memory that the process has had until now. NaN if the system does not report it (Linux does). */
  readonly maxRssMb: number;
}

/**
 * Runs a bundled handler as Lambda does: Lambda's genuine runtime client in a separate process, which does not inherit
 * this environment, stays from one invocation to the next, and is killed when the time is over.
 */
export class LocalLambda {
  readonly #settings: FunctionSettings;
  #environment?: Promise<ExecutionEnvironment>;
  #busy = false;

  constructor(settings: FunctionSettings) {
    this.#settings = { ...settings, taskRoot: realpathSync(settings.taskRoot) };
  }

  /**
   * Invokes the handler; one event at a time, as an execution environment of Lambda does.
   *
   * @throws LambdaFailure when the init phase fails, the time is up, the process exits or takes more memory than the
   * function has; the next one starts cold.
   * An error that the handler throws is not one of these: it is a result with `functionError`.
   */
  async invoke(event: unknown): Promise<InvocationResult> {
    if (this.#busy) throw new Error('This function is running already: await the invocation before.');
    this.#busy = true;
    try {
      return await this.#invoke(event);
    } finally {
      this.#busy = false;
    }
  }

  /** Kills the process in the middle of what it does: the invocation fails, and the next one starts cold. */
  async kill(): Promise<void> {
    (await this.#environment)?.kill();
  }

  /** Whether an invocation is running. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Ends the process: the next invocation is a cold start. */
  async restart(): Promise<void> {
    const environment = this.#environment;
    this.#environment = undefined;
    await (await environment)?.end();
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    await this.restart();
  }

  async #invoke(event: unknown): Promise<InvocationResult> {
    if ((await this.#environment)?.exited) this.#environment = undefined;
    const cold = this.#environment === undefined;
    this.#environment ??= ExecutionEnvironment.start(this.#settings);
    const environment = await this.#environment;
    const init = cold ? { initMs: await environment.initialise() } : {};
    const start = performance.now();
    const outcome = await environment.invoke(event);
    const durationMs = performance.now() - start;
    return { ...outcome, ...init, durationMs, logs: environment.takeLogs(), maxRssMb: environment.maxRssMb() };
  }
}
