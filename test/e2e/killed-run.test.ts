import type { DeliveredEvent } from '../../testbed/aws';
import { LargeFleet } from '../../testbed/large-fleet';
import { anyBinary } from '../support/binaries';

jest.setTimeout(600_000);

let fleet: LargeFleet;
/** States without an incident. */
let healthy: ReturnType<LargeFleet['snapshot']>;
/** States after the first check that saw the drift: the next one opens an incident for each proxy. */
let almostOpen: ReturnType<LargeFleet['snapshot']>;
/** The same with the incidents open: the next check closes them, when the fleet is healthy. */
let open: ReturnType<LargeFleet['snapshot']>;

beforeAll(async () => {
  fleet = await LargeFleet.start(anyBinary(), { proxies: 2, quotas: false });
  await fleet.run();
  healthy = fleet.snapshot();
  fleet.drift();
  await fleet.run();
  almostOpen = fleet.snapshot();
  await fleet.run();
  open = fleet.snapshot();
});

afterAll(() => fleet?.close());

interface Detail {
  readonly eventId: string;
  readonly change: string;
  readonly incidentId: string;
  readonly proxy: string;
  readonly kind: string;
}

/** Events about addresses that a proxy should not hold, each id once: a consumer drops repeats. */
function staleEvents(events: readonly DeliveredEvent[]): string[] {
  const ids = new Map<string, string>();
  for (const { detail } of events) {
    const { eventId, change, proxy, kind } = detail as Detail;
    if (kind === 'stale-address') {
      ids.set(eventId, `${proxy} ${change}`);
    }
  }
  return [...ids.values()].sort();
}

/**
 * Kills a run at every call that it makes, before and after its effect, each time from the same states; then the next run
 * is whole.
 *
 * @returns the calls at which it was killed
 */
async function killEverywhere(states: typeof open, expected: readonly string[], openAfterwards: number) {
  const killedAt: string[] = [];
  for (const moment of ['received', 'done'] as const) {
    for (let call = 1; ; call += 1) {
      fleet.restore(states);
      fleet.account.bus.events.length = 0;
      const killed = await fleet.killAt(call, moment);
      if (killed === undefined) {
        break;
      }
      killedAt.push(killed);
      const { summary } = await fleet.run();
      const found = { killed, moment, call, events: staleEvents(fleet.account.bus.events) };
      expect(found).toEqual({ killed, moment, call, events: expected });
      expect({ ...found, critical: summary.criticalIncidents, undelivered: summary.undeliveredEvents }).toEqual({
        ...found,
        critical: openAfterwards,
        undelivered: 0,
      });
    }
  }
  return killedAt;
}

const CALLS = ['ssm:GetParametersByPath', 'dynamodb:Scan', 'dynamodb:PutItem', 'events:PutEvents', 'lambda:Invoke'];

test('a run that is killed at any AWS call opens each incident, with one id', async () => {
  fleet.drift();
  const killedAt = await killEverywhere(almostOpen, ['proxy-0 opened', 'proxy-1 opened'], 2);
  expect(killedAt).toEqual(expect.arrayContaining(CALLS));
});

test('a run that is killed at any AWS call closes each incident', async () => {
  fleet.heal();
  const killedAt = await killEverywhere(open, ['proxy-0 closed', 'proxy-1 closed'], 0);
  expect(killedAt).toEqual(expect.arrayContaining(CALLS));
});

test('each incident of runs that overlap opens once, with one id', async () => {
  fleet.drift();
  fleet.restore(healthy);
  fleet.account.bus.events.length = 0;
  const other = fleet.another();
  try {
    for (let minute = 0; minute < 3; minute += 1) {
      const [mine, theirs] = await Promise.all([fleet.run(), fleet.run(other)]);
      expect(mine.summary.uncheckedProxies + theirs.summary.uncheckedProxies).toBe(0);
    }
    const { summary } = await fleet.run();
    expect(summary).toMatchObject({ criticalIncidents: 2, undeliveredEvents: 0 });
    expect(staleEvents(fleet.account.bus.events)).toEqual(['proxy-0 opened', 'proxy-1 opened']);
  } finally {
    await other.stop();
  }
});
