import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsEndpoints, ssmParameters } from '../testbed/aws';
import { LocalLambda } from '../testbed/lambda';
import { sideBySide } from './measure';

const RUNS = 11;
const BUNDLE = 'assets/drift-checker';

/** A figure of ours, and the same figure of something else. */
export interface Comparison {
  readonly name: string;
  readonly ours: number;
  readonly other: number;
  readonly unit: string;
}

/** Size and cold start of the checker's bundle, compared with a handler that does nothing. */
export async function measureHandler(): Promise<Comparison[]> {
  const empty = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-empty-'));
  writeFileSync(join(empty, 'index.mjs'), 'export const handler = async () => {};\n');
  const aws = await AwsEndpoints.start(ssmParameters({}));
  const settings = {
    handler: 'index.handler',
    memoryMb: 256,
    timeoutMs: 55_000,
    environment: { REGISTRY_PATH: '/benchmark', MONITOR_NAME: 'benchmark', ...aws.environment },
  };
  const cold = (taskRoot: string, of: (result: { initMs?: number; durationMs: number }) => number) => async () => {
    const lambda = new LocalLambda({ ...settings, taskRoot });
    try {
      return of(await lambda.invoke({}));
    } finally {
      await lambda.stop();
    }
  };
  try {
    const init = ({ initMs = Number.NaN }) => initMs;
    const total = ({ initMs = Number.NaN, durationMs }: { initMs?: number; durationMs: number }) => initMs + durationMs;
    const [ours, other, oursTotal, otherTotal] = await sideBySide(RUNS, [
      cold(BUNDLE, init),
      cold(empty, init),
      cold(BUNDLE, total),
      cold(empty, total),
    ]);
    const size = (folder: string) => statSync(join(folder, 'index.mjs')).size / 1024;
    return [
      { name: 'handler bundle, size', ours: size(BUNDLE), other: size(empty), unit: 'KiB' },
      { name: 'handler, cold start (init)', ours: ours!, other: other!, unit: 'ms' },
      { name: 'handler, cold start and first run', ours: oursTotal!, other: otherTotal!, unit: 'ms' },
    ];
  } finally {
    await aws.close();
    rmSync(empty, { recursive: true, force: true });
  }
}
