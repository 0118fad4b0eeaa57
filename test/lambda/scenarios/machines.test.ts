import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IncidentEventDetail } from '../../../lib/contract/incident-event';
import { acquireTool, TOOLS } from '../../../testbed/binaries/tools';
import { privateNetwork } from '../../../testbed/machines/private-network';
import { availableBinaries, isDeaf } from '../../support/binaries';

const run = promisify(execFile);
const MAIN = join(__dirname, 'machines-main.ts');

const launcher = privateNetwork();
if (launcher === undefined) {
  console.log('not available: network namespaces; no HAProxy on instances was checked');
}

/** What the run printed. */
interface Printed {
  /** How many of the events came before the load balancer moved. */
  readonly before: number;
  readonly events: readonly IncidentEventDetail[];
  /** What the runs could not read, and their errors. */
  readonly failed: readonly string[];
}

describe('HAProxy on instances, in network namespaces', () => {
  let printed: Printed;

  beforeAll(async () => {
    if (launcher === undefined) {
      return;
    }
    const binaries = availableBinaries().filter((binary) => !isDeaf(binary) && binary.branch !== '1.6');
    const ip = await acquireTool(TOOLS.ip, () => {});
    const script = [process.execPath, '--import', 'tsx', MAIN, JSON.stringify(binaries), JSON.stringify(ip)];
    const [command, ...args] = [...launcher, ...script];
    const { stdout } = await run(command!, args, { timeout: 110_000 });
    printed = JSON.parse(stdout) as Printed;
  }, 120_000);

  const it = launcher === undefined ? test.skip : test;

  it('pinned ones are found wherever they run, and no other', () => {
    const found = printed.events
      .filter(({ change, severity }) => change === 'opened' && severity === 'critical')
      .map(({ kind, proxy, tasks, address }) => [proxy, ...tasks, kind, address]);
    expect(found.sort()).toEqual([
      ['bridge', 'bridge-1', 'silent-resolver', undefined],
      ['bridge', 'bridge-1', 'stale-address', '10.77.1.1'],
      ['group', 'i-12', 'silent-resolver', undefined],
      ['group', 'i-12', 'stale-address', '10.77.1.1'],
      ['host', 'host-0', 'silent-resolver', undefined],
      ['host', 'host-0', 'stale-address', '10.77.1.1'],
    ]);
    expect(printed.failed).toEqual([]);
  });

  it('an instance that is replaced meanwhile is no incident', () => {
    expect(printed.events.filter(({ tasks }) => tasks.includes('i-11') || tasks.includes('i-16'))).toEqual([]);
  });
});
