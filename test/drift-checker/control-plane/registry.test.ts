import { createHash } from 'node:crypto';
import type * as registry from '../../../lambda/drift-checker/control-plane/registry';
import { NO_STATE, type ProxyState, type Watched } from '../../../lambda/drift-checker/incidents';
import { AwsError, ssmParameters } from '../../support/aws';
import { RECORD } from '../readings';
import { START } from '../watch';
import { SwitchableAws } from './aws';

const PATH = '/cdk-haproxy-elb/fleet';
const record = (name: string) => `${PATH}/registry/${name}`;
const state = (name: string) => `${PATH}/state/${name}`;
const text = JSON.stringify;

let aws: SwitchableAws;
let readRegistry: typeof registry.readRegistry;
let writeState: typeof registry.writeState;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ readRegistry, writeState } = require('../../../lambda/drift-checker/control-plane/registry') as typeof registry);
});

beforeEach(() => aws.takeCalls());

afterAll(() => aws.close());

/** Reads a registry with these parameters. */
function reading(parameters: Record<string, string>) {
  aws.handlers = ssmParameters(parameters);
  return readRegistry(PATH);
}

const STATE: ProxyState = {
  dns: { 'elb.test': { '10.0.0.1': null, '10.0.0.9': START } },
  watched: {
    'stale-address/task-1/10.0.0.9': {
      kind: 'stale-address',
      severity: 'critical',
      task: 'task-1',
      address: '10.0.0.9',
      slots: ['upstream/elb1'],
      firstSeen: START,
      openedAt: START + 60_000,
    },
  },
};

test('a record with what is remembered of its proxy, and one of which nothing is', async () => {
  const other = { ...RECORD, proxy: 'payments', tasks: { endpoints: ['10.0.0.1:9990'] } };
  const parameters = {
    [record('orders')]: text(RECORD),
    [record('payments')]: text(other),
    [state('orders')]: text(STATE),
  };
  expect(await reading(parameters)).toEqual({
    entries: [
      { name: 'orders', record: RECORD, state: STATE },
      { name: 'payments', record: other, state: NO_STATE },
    ],
    problems: [],
  });
});

test('more parameters than one page has', async () => {
  const names = Array.from({ length: 23 }, (_, i) => `proxy-${i + 10}`);
  const parameters = names.flatMap((name) => [
    [record(name), text({ ...RECORD, proxy: name })],
    [state(name), text(STATE)],
  ]);
  const { entries, problems } = await reading(Object.fromEntries(parameters));
  expect(problems).toEqual([]);
  expect(entries).toEqual(names.map((name) => ({ name, record: { ...RECORD, proxy: name }, state: STATE })));
  expect(aws.takeCalls()).toHaveLength(5);
});

test('an empty registry', async () => {
  expect(await reading({})).toEqual({ entries: [], problems: [] });
});

test('other parameters below the path, and those of other monitors, are left alone', async () => {
  const parameters = {
    [record('orders')]: text(RECORD),
    [state('removed')]: text(STATE),
    [`${PATH}/notes`]: 'x',
    [`${PATH}-2/registry/other`]: text(RECORD),
  };
  const { entries, problems } = await reading(parameters);
  expect(entries.map(({ name }) => name)).toEqual(['orders']);
  expect(problems).toEqual([]);
});

const { upstreams, tasks } = RECORD;

const MALFORMED: [what: string, value: string][] = [
  ['no JSON', '{'],
  ['a text', '"orders"'],
  ['a list', text([RECORD])],
  ['nothing', 'null'],
  ['without a proxy', text({ ...RECORD, proxy: undefined })],
  ['without an upstream', text({ ...RECORD, upstreams: [] })],
  ['an upstream without a name', text({ ...RECORD, upstreams: [{ ...upstreams[0], dnsName: 1 }] })],
  ['without tasks', text({ ...RECORD, tasks: undefined })],
  ['tasks without a service', text({ ...RECORD, tasks: { ...tasks, service: undefined } })],
  ['a port that is none', text({ ...RECORD, tasks: { ...tasks, runtimeApiPort: '9990' } })],
  ['endpoints that are no texts', text({ ...RECORD, tasks: { endpoints: [9990] } })],
  ['without a period', text({ ...RECORD, resolutionSeconds: undefined })],
  ['a window that is no number', text({ ...RECORD, dnsWindowSeconds: '100' })],
  ['a grace time below nothing', text({ ...RECORD, graceSeconds: -1 })],
];

test.each(MALFORMED)('a record that is %s is named and passed over', async (_what, value) => {
  const { entries, problems } = await reading({
    [record('a')]: text(RECORD),
    [record('broken')]: value,
    [record('z')]: text(RECORD),
  });
  expect(entries.map(({ name }) => name)).toEqual(['a', 'z']);
  expect(problems).toEqual([{ parameter: record('broken'), reason: 'not a registry record of this version' }]);
});

test.each([
  ['no JSON', '{'],
  ['nothing', 'null'],
  ['a list', '[]'],
  ['without a window', text({ watched: {} })],
  ['without verdicts', text({ dns: {} })],
  ['a verdict that is none', text({ dns: {}, watched: { 'stale-address/task-1/10.0.0.9': null } })],
])('a state that is %s is named and begun anew', async (_what, value) => {
  expect(await reading({ [record('orders')]: text(RECORD), [state('orders')]: value })).toEqual({
    entries: [{ name: 'orders', record: RECORD, state: NO_STATE }],
    problems: [{ parameter: state('orders'), reason: 'not a state of this version; begun anew' }],
  });
});

test('a registry that cannot be read is an error', async () => {
  aws.handlers = {
    'ssm:GetParametersByPath': () => {
      throw new AwsError('AccessDeniedException', 'User is not authorized');
    },
  };
  await expect(readRegistry(PATH)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

describe('what is written', () => {
  test('is a parameter beside the record, and the same when it is read', async () => {
    aws.handlers = ssmParameters({ [record('orders')]: text(RECORD) });
    await writeState(PATH, 'orders', NO_STATE);
    await writeState(PATH, 'orders', STATE);
    expect(aws.takeCalls().at(-1)).toEqual([
      'PutParameter',
      expect.objectContaining({ Name: state('orders'), Overwrite: true }),
    ]);
    expect((await readRegistry(PATH)).entries).toEqual([{ name: 'orders', record: RECORD, state: STATE }]);
  });

  test('fits into a parameter even when every task of a fleet holds every address of a load balancer that moved', async () => {
    const addresses = Array.from({ length: 8 }, (_, i) => `10.0.${i}.${i * 7}`);
    const ids = Array.from({ length: 10 }, (_, i) => createHash('md5').update(`${i}`).digest('hex'));
    const watched = ids.flatMap((task) =>
      addresses.map((address, i): [string, Watched] => [
        `stale-address/${task}/${address}`,
        {
          kind: 'stale-address',
          severity: 'critical',
          task,
          address,
          slots: [`upstream/elb${i + 1}`],
          firstSeen: START,
          openedAt: START + 60_000,
        },
      ]),
    );
    const large = { dns: { 'elb.test': { '10.1.0.1': null } }, watched: Object.fromEntries(watched) };
    aws.handlers = ssmParameters({ [record('orders')]: text(RECORD) });
    await writeState(PATH, 'orders', large);
    expect((await readRegistry(PATH)).entries[0]?.state).toEqual(large);
  });
});
