import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeRequest } from '../lib/contract/probe';
import { STATE_KEY } from '../lib/contract/state-table';
import { AwsAccount, AwsEndpoints } from '../testbed/aws';
import { functionWith, STATES } from '../testbed/fleet';
import { sideBySide } from './measure';

const RUNS = 11;

/** A figure of ours, and the same figure of something else. */
export interface Comparison {
  readonly name: string;
  readonly ours: number;
  readonly other: number;
  readonly unit: string;
}

/** What each function is invoked with: nothing to do. */
const EVENTS: Readonly<Record<'controller' | 'probe', object>> = {
  controller: {},
  probe: { millis: 1000, names: [], processes: [] } satisfies ProbeRequest,
};

/** Size and cold start of the two bundles, compared with a handler that does nothing. */
export async function measureHandler(): Promise<Comparison[]> {
  const empty = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-empty-'));
  writeFileSync(join(empty, 'index.mjs'), 'export const handler = async () => {};\n');
  const account = new AwsAccount();
  account.tables.create(STATES, { hash: STATE_KEY });
  const aws = await AwsEndpoints.start(account.handlers);
  const coldStart =
    (taskRoot: string, event: object, of: (result: { init: number; run: number }) => number) => async () => {
      const lambda = functionWith(aws.environment, { taskRoot });
      try {
        const { initMs: init = Number.NaN, durationMs: run, functionError, payload } = await lambda.invoke(event);
        if (functionError !== undefined) {
          throw new Error(`${taskRoot} failed: ${JSON.stringify(payload)}`);
        }
        return of({ init, run });
      } finally {
        await lambda.stop();
      }
    };
  const sizeOf = (folder: string) => statSync(join(folder, 'index.mjs')).size / 1024;
  try {
    const figures: Comparison[] = [];
    for (const [name, event] of Object.entries(EVENTS)) {
      const bundle = join('assets', name);
      const [ours, other, oursTotal, otherTotal] = await sideBySide(
        RUNS,
        [({ init }: { init: number }) => init, ({ init, run }: { init: number; run: number }) => init + run].flatMap(
          (of) => [coldStart(bundle, event, of), coldStart(empty, event, of)],
        ),
      );
      figures.push(
        { name: `${name}, size`, ours: sizeOf(bundle), other: sizeOf(empty), unit: 'KiB' },
        { name: `${name}, cold start (init)`, ours: ours!, other: other!, unit: 'ms' },
        { name: `${name}, cold start and first run`, ours: oursTotal!, other: otherTotal!, unit: 'ms' },
      );
    }
    return figures;
  } finally {
    await aws.close();
    rmSync(empty, { recursive: true, force: true });
  }
}
