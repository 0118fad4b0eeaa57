import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LocalLambda } from '../../testbed/lambda';
import { command } from '../command';
import type { Account, StackResource } from './account';
import type { Emulator } from './emulator';

/** An incident that a run of the function reported. */
export interface IncidentEvent {
  readonly event: string;
  readonly proxy: string;
  readonly kind: string;
}

/**
 * The function of a stack, with the code, settings and environment that were deployed, under Lambda's runtime client.
 */
export class DeployedFunction {
  /** Fetches code and configuration. */
  public static async fetch(
    account: Account,
    emulator: Emulator,
    stack: string,
    resource: StackResource,
    folder: string,
  ): Promise<DeployedFunction> {
    const zip = join(folder, 'code.zip');
    const taskRoot = join(folder, 'code');
    mkdirSync(taskRoot, { recursive: true });
    writeFileSync(zip, await account.functionCode(stack, resource.logicalId));
    await command([emulator.python.program('python'), '-m', 'zipfile', '-e', zip, taskRoot]);
    const { Handler, Timeout, MemorySize, Environment } = await account.functionConfiguration(resource.id);
    const lambda = new LocalLambda({
      taskRoot,
      handler: Handler!,
      timeoutMs: Timeout! * 1000,
      memoryMb: MemorySize!,
      environment: { ...Environment!.Variables, ...emulator.environment },
    });
    return new DeployedFunction(lambda);
  }

  /** Reported incidents that no step has waited for yet. */
  readonly #events: IncidentEvent[] = [];

  private constructor(private readonly lambda: LocalLambda) {}

  /**
   * Runs it once, as the schedule would.
   *
   * @throws Error when it fails, or could not check a proxy
   */
  async #run(): Promise<IncidentEvent[]> {
    const { logs, functionError, payload } = await this.lambda.invoke({});
    const lines = logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    if (functionError !== undefined || lines.some(({ event }) => event === 'not-checked')) {
      throw new Error(`the function fails: ${JSON.stringify(payload)}\n${logs.join('\n')}`);
    }
    return lines
      .filter(({ event }) => /^incident-(opened|resolved)$/.test(event))
      .map(({ event, incident }) => ({ event, proxy: incident.proxy, kind: incident.kind }));
  }

  /** Runs it until it has reported an incident; each report counts once. */
  public async runUntilReported(wanted: IncidentEvent): Promise<void> {
    for (let runs = 0; runs < 20; runs += 1) {
      const at = this.#events.findIndex((event) => isDeepStrictEqual(event, wanted));
      if (at >= 0) {
        this.#events.splice(at, 1);
        return;
      }
      this.#events.push(...(await this.#run()));
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new Error(
      `after 20 runs the function has reported ${JSON.stringify(this.#events)}, but not ${JSON.stringify(wanted)}`,
    );
  }

  public stop(): Promise<void> {
    return this.lambda.stop();
  }
}
