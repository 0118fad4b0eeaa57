import fc from 'fast-check';
import { Environment } from '../../../testbed/simulator/environment';
import { HaproxyModel } from '../../../testbed/simulator/haproxy-model';
import { History } from '../../../testbed/simulator/history';
import { simulationOptions } from '../../../testbed/simulator/options';
import { Resolvers } from '../../../testbed/simulator/resolvers';

const HOUR = 3600;

test('a moved address loses its name, then its interface, and another one takes its place', () => {
  const history = new History(simulationOptions({ addresses: 5, moves: 3, hours: 10 }));
  const gone = history.lives.filter(({ dns }) => Number.isFinite(dns.to));
  expect(gone).toHaveLength(3);
  for (const { address, dns, interfaces } of gone) {
    expect(interfaces.to).toBeGreaterThanOrEqual(dns.to);
    expect(history.namedAt(dns.to - 1).map((life) => life.address)).toContain(address);
    expect(history.namedAt(dns.to).map((life) => life.address)).not.toContain(address);
    expect(history.namedAt(dns.to)).toHaveLength(5);
    expect(history.interfacesAt(interfaces.to)).not.toContain(address);
  }
});

test('a zonal shift takes the names of a zone, and leaves its interfaces', () => {
  const history = new History(simulationOptions({ addresses: 6, zonalShift: 1, hours: 10 }));
  const [{ zone, from, to }] = history.shifts as [History['shifts'][number]];
  expect(history.namedAt(from).map((life) => life.zone)).not.toContain(zone);
  expect(history.interfacesAt(from)).toHaveLength(6);
  expect(history.namedAt(to)).toHaveLength(6);
});

test('a cache gives the same answer of at most 8 addresses until its time to live ends', () => {
  const options = simulationOptions({ addresses: 24, views: 1, ttl: 60 });
  const client = new Resolvers(new History(options), options, []).client('task');
  const first = client.lookUp(1000);
  expect(first.addresses).toHaveLength(8);
  expect(first.ttlSeconds).toBe(Math.ceil(first.until - 1000));
  expect(client.lookUp(first.until - 1).addresses).toEqual(first.addresses);
  expect(client.lookUp(first.until + 1).addresses).not.toEqual(first.addresses);
  // Who asks first does not matter.
  expect(client.lookUp(1000)).toEqual(first);
});

test('with full affinity each view has the addresses of one zone', () => {
  const environment = new Environment(
    simulationOptions({ addresses: 6, views: 3, affinity: 'full', tasks: 20, seed: 3 }),
  );
  const zones = environment.service.runningAt(0).map((task) => {
    const addresses = task.heldAt(0).flatMap((address) => address ?? []);
    return [...new Set(addresses.map((address) => environment.history.lifeOf(address)!.zone))];
  });
  expect(zones.every((zone) => zone.length === 1)).toBe(true);
  expect(new Set(zones.flat()).size).toBe(3);
});

test('the same options give the same environment', () => {
  const held = () => {
    const environment = new Environment(
      simulationOptions({ addresses: 40, moves: 10, scalings: 2, restarts: 5, seed: 7 }),
    );
    return [HOUR, 20 * HOUR].map((at) => environment.service.runningAt(at).map((task) => task.heldAt(at).join()));
  };
  expect(held()).toEqual(held());
});

describe('the model of a HAProxy process', () => {
  const schedules = fc.array(
    fc.record({
      lasts: fc.integer({ min: 1, max: 90 }),
      nodes: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 20 },
  );

  test('has the same state after one step of time and after many short ones', () => {
    fc.assert(
      fc.property(
        schedules,
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 50 }),
        (schedule, slots, step) => {
          const [whole, stepwise] = [modelOf(schedule, slots), modelOf(schedule, slots)];
          const end = schedule.reduce((sum, { lasts }) => sum + lasts, 0);
          for (let at = 0; at < end; at += step) {
            stepwise.advance(at);
          }
          whole.advance(end);
          stepwise.advance(end);
          expect(stepwise.slots).toEqual(whole.slots);
          expect([stepwise.sent, stepwise.valid]).toEqual([whole.sent, whole.valid]);
        },
      ),
    );
  });

  test('slots have different addresses, each named by DNS within its hold time', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 1, max: 16 }), (schedule, slots) => {
        const model = modelOf(schedule, slots);
        const end = schedule.reduce((sum, { lasts }) => sum + lasts, 0);
        for (let at = 0; at < end; at += 7) {
          model.advance(at);
          const held = model.slots.filter((address) => address !== undefined);
          expect(new Set(held).size).toBe(held.length);
          const recent = addressesBetween(schedule, at - HOLD - 2 * PERIOD, at);
          expect(held.filter((address) => !recent.has(address))).toEqual([]);
        }
      }),
    );
  });
});

const PERIOD = 10;
const HOLD = 30;
type Schedule = readonly { readonly lasts: number; readonly nodes: readonly number[] }[];

function modelOf(schedule: Schedule, slots: number): HaproxyModel {
  const steps: { from: number; until: number; addresses: string[] }[] = [];
  for (const { lasts, nodes } of schedule) {
    const from = steps.at(-1)?.until ?? 0;
    steps.push({ from, until: from + lasts, addresses: nodes.map((node) => `10.0.0.${node}`) });
  }
  return new HaproxyModel({
    startedAt: 0,
    period: PERIOD,
    holdObsolete: HOLD,
    holdOutage: 600,
    slots,
    ask: (at) => {
      const { until, addresses } = steps.find((step) => at < step.until) ?? steps.at(-1)!;
      return { addresses, ttlSeconds: 0, until: at < until ? until : Number.POSITIVE_INFINITY };
    },
  });
}

function addressesBetween(schedule: Schedule, from: number, to: number): Set<string> {
  const found = new Set<string>();
  let start = 0;
  for (const { lasts, nodes } of schedule) {
    if (start <= to && start + lasts >= from) {
      for (const node of nodes) {
        found.add(`10.0.0.${node}`);
      }
    }
    start += lasts;
  }
  return found;
}
