import type { RegistryRecord } from '../../lib/contract/registry-record';
import { STATE_KEY } from '../../lib/contract/state-table';
import { Fleet, STATES } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { HOSTILE_VALUES } from './hostile-values';

/** The limit of a parameter of the registry. */
const VALUES = HOSTILE_VALUES.filter(({ length }) => length < 1000);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
  fleet.point('127.0.0.1');
}, 60_000);

afterAll(() => fleet?.close());

/** Paths of all values of a record. */
function fieldsOf(value: unknown, keys: string[] = []): string[][] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, [...keys, key]))
    : [keys];
}

function hostile(record: RegistryRecord, keys: readonly string[], value: string): object {
  const copy = structuredClone(record);
  // biome-ignore lint/suspicious/noExplicitAny: what is tested here is that not every JSON is a record.
  const parent = keys.slice(0, -1).reduce<any>((at, key) => at[key], copy);
  parent[keys.at(-1)!] = value;
  return copy;
}

test('hostile values in any field of a record concern nothing but that record', async () => {
  // The compiler asks for every field of a record here.
  const full: Required<Omit<RegistryRecord, 'runtimeApiTls'>> = {
    ...fleet.record('hostile'),
    // No process listens there, because the HAProxy of the healthy one accepts a limited number of connections.
    tasks: { cluster: 'fleet', service: 'hostile', runtimeApiPort: 1 },
    haproxyVersion: fleet.binary.branch,
    nameservers: fleet.record('hostile').nameservers!,
    viewPort: 1,
    suppressions: [
      {
        verdicts: ['stale-address'],
        reason: 'maintenance',
        from: '2026-01-01T00:00:00Z',
        until: '2026-01-02T00:00:00Z',
      },
    ],
  };
  const records = fieldsOf(full).flatMap((keys) =>
    VALUES.map((value, i) => [`registry/${keys.join('-')}-${i}`, hostile(full, keys, value)] as const),
  );
  expect(records.length).toBeGreaterThan(150);
  await fleet.deploy(
    { 'registry/orders': fleet.record('orders'), ...Object.fromEntries(records) },
    {},
    { environment: { DETAILED_METRICS: 'on' } },
  );
  const { functionError, lines, logs } = await fleet.invoke();
  expect(functionError).toBeUndefined();
  // Nothing breaks out of its line, and the healthy one among them is as healthy as alone. Node 20 speaks of its age.
  expect(logs.filter((line) => !line.startsWith('{') && !line.includes('NodeVersionSupportWarning'))).toEqual([]);
  expect(lines.filter(({ event }) => event === 'run')).toHaveLength(1);
  expect(lines.filter(({ Proxy: proxy }) => proxy === 'orders')).toMatchObject([{ OpenIncidents: 0, CheckedTasks: 1 }]);
  // What is written are the states of these records.
  const names = new Set(['orders', ...records.map(([name]) => name.slice('registry/'.length))]);
  const written = fleet.account.tables.items(STATES).map((item) => item[STATE_KEY]?.S ?? '');
  expect(written).toContain('orders');
  expect(written.filter((name) => !names.has(name))).toEqual([]);
}, 120_000);
