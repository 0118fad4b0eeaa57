import type * as registry from '../../../../lambda/controller/aws/registry';
import { NO_STATE, type ProxyState } from '../../../../lambda/controller/domain/state';
import { keyOf } from '../../../../lambda/controller/domain/verdicts/verdict';
import { encodeState } from '../../../../lambda/controller/state/codec';
import { AwsError, ssmParameters } from '../../../../testbed/aws';
import { RECORD, START } from '../../observations';
import { SwitchableAws } from './aws';

const PATH = '/cdk-haproxy-elb/fleet';
const record = (name: string) => `${PATH}/registry/${name}`;
const state = (name: string) => `${PATH}/state/${name}`;
const text = JSON.stringify;

let aws: SwitchableAws;
let readRegistry: typeof registry.readRegistry;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ readRegistry } = require('../../../../lambda/controller/aws/registry') as typeof registry);
});

beforeEach(() => aws.takeCalls());

afterAll(() => aws.close());

/** Reads a registry with these parameters. */
function observation(parameters: Record<string, string>) {
  aws.handlers = ssmParameters(parameters);
  return readRegistry(PATH);
}

const NOTHING: registry.Registry = { entries: [], malformedRecords: [], malformedStates: [], orphans: [] };

const STALE = { kind: 'stale-address', upstream: 'upstream', task: 'task-1', address: '10.0.0.9' } as const;
const STATE: ProxyState = {
  dns: { 'elb.test': { addresses: { '10.0.0.1': [START], '10.0.0.9': [START, START] }, silent: {} } },
  watched: {
    [keyOf(STALE)]: {
      ...STALE,
      severity: 'critical',
      slots: ['upstream/elb1'],
      firstSeen: START,
      openedAt: START + 60_000,
    },
  },
};

test('a record with a saved state, and one without', async () => {
  const other = { ...RECORD, proxy: 'payments', tasks: { endpoints: ['10.0.0.1:9990'] } };
  const parameters = {
    [record('orders')]: text(RECORD),
    [record('payments')]: text(other),
    [state('orders')]: encodeState(STATE),
  };
  expect(await observation(parameters)).toEqual({
    ...NOTHING,
    entries: [
      { record: RECORD, state: STATE, stateParameter: state('orders'), stateVersion: 1 },
      { record: other, state: NO_STATE, stateParameter: state('payments'), stateVersion: 0 },
    ],
  });
});

test('more parameters than one page has', async () => {
  const names = Array.from({ length: 23 }, (_, i) => `proxy-${i + 10}`);
  const parameters = names.flatMap((name) => [
    [record(name), text({ ...RECORD, proxy: name })],
    [state(name), encodeState(STATE)],
  ]);
  const { entries, ...rest } = await observation(Object.fromEntries(parameters));
  expect({ ...rest, entries: [] }).toEqual(NOTHING);
  expect(entries.map((entry) => entry.record.proxy)).toEqual(names);
  expect(entries.map((entry) => entry.state)).toEqual(names.map(() => STATE));
  expect(aws.takeCalls()).toHaveLength(5);
});

test('an empty registry', async () => {
  expect(await observation({})).toEqual(NOTHING);
});

test('a state without a record is an orphan; other parameters, and those of other monitors, are left alone', async () => {
  const parameters = {
    [record('orders')]: text(RECORD),
    [state('removed')]: encodeState(STATE),
    [state('broken')]: encodeState(STATE),
    [record('broken')]: '{',
    [`${PATH}/notes`]: 'x',
    [`${PATH}-2/registry/other`]: text(RECORD),
  };
  const { entries, orphans } = await observation(parameters);
  expect(entries.map((entry) => entry.record.proxy)).toEqual(['orders']);
  expect(orphans).toMatchObject([{ proxy: 'removed', parameter: state('removed') }]);
});

const { upstreams, tasks } = RECORD;

const [upstream] = upstreams;
const OBJECT = 'it must be a JSON object';
const PROXY = 'proxy must be a text that is not blank';
const VERSION = 'haproxyVersion must be a branch or release in quotes, such as "3.2"';
const UPSTREAMS =
  'upstreams must be one or more objects with dnsName and, each a text, backend, loadBalancerArn or loadBalancerName';
const NAMESERVERS = 'nameservers must be a list of IP:PORT';
const TASKS =
  'tasks must be an object with cluster, service and the number runtimeApiPort, or with a list of endpoints';

const MALFORMED: [what: string, value: string, wrong: string][] = [
  ['no JSON', '{', OBJECT],
  ['a text', '"orders"', OBJECT],
  ['a list', text([RECORD]), OBJECT],
  ['nothing', 'null', OBJECT],
  ['without a proxy', text({ ...RECORD, proxy: undefined }), PROXY],
  ['a blank proxy', text({ ...RECORD, proxy: ' ' }), PROXY],
  ['a version that is a number', text({ ...RECORD, haproxyVersion: 3.2 }), VERSION],
  ['a version that is none', text({ ...RECORD, haproxyVersion: 'newest' }), VERSION],
  ['without an upstream', text({ ...RECORD, upstreams: [] }), UPSTREAMS],
  ['an upstream without a name', text({ ...RECORD, upstreams: [{ ...upstream, dnsName: 1 }] }), UPSTREAMS],
  [
    'an upstream with a backend that is no text',
    text({ ...RECORD, upstreams: [{ ...upstream, backend: 5 }] }),
    UPSTREAMS,
  ],
  ['an upstream with null', text({ ...RECORD, upstreams: [{ ...upstream, loadBalancerArn: null }] }), UPSTREAMS],
  ['a single name server', text({ ...RECORD, nameservers: '10.0.0.2:53' }), NAMESERVERS],
  ['a name server with a name', text({ ...RECORD, nameservers: ['dns.test:53'] }), NAMESERVERS],
  ['no name server at all', text({ ...RECORD, nameservers: [] }), NAMESERVERS],
  ['without tasks', text({ ...RECORD, tasks: undefined }), TASKS],
  ['tasks without a service', text({ ...RECORD, tasks: { ...tasks, service: undefined } }), TASKS],
  ['a port that is none', text({ ...RECORD, tasks: { ...tasks, runtimeApiPort: '9990' } }), TASKS],
  ['endpoints that are no texts', text({ ...RECORD, tasks: { endpoints: [9990] } }), TASKS],
  ['a secret without an ARN', text({ ...RECORD, runtimeApiTls: {} }), 'runtimeApiTls must be an object with secretArn'],
  ['without a period', text({ ...RECORD, resolutionSeconds: undefined }), 'resolutionSeconds must be a number above 0'],
  ['a period of nothing', text({ ...RECORD, resolutionSeconds: 0 }), 'resolutionSeconds must be a number above 0'],
  ['a window in quotes', text({ ...RECORD, dnsWindowSeconds: '100' }), 'dnsWindowSeconds must be a number from 0'],
  ['a grace time below nothing', text({ ...RECORD, graceSeconds: -1 }), 'graceSeconds must be a number from 0'],
];

test.each(MALFORMED)('a record that is %s is named and passed over', async (_what, value, wrong) => {
  const { entries, malformedRecords } = await observation({
    [record('a')]: text(RECORD),
    [record('broken')]: value,
    [record('z')]: text(RECORD),
  });
  expect(entries.map(({ stateParameter }) => stateParameter)).toEqual([state('a'), state('z')]);
  expect(malformedRecords).toEqual([
    { parameter: record('broken'), reason: `not a registry record of this version: ${wrong}`, value },
  ]);
});

test('unknown members are ignored', async () => {
  const later = { ...RECORD, upstreams: [{ ...upstream, zone: 'a' }], schedule: { every: 5 } };
  expect((await observation({ [record('orders')]: text(later) })).malformedRecords).toEqual([]);
});

test('a state of another version is reported, and the proxy starts without one', async () => {
  const value = text({ dns: {}, watched: {} });
  expect(await observation({ [record('orders')]: text(RECORD), [state('orders')]: value })).toEqual({
    ...NOTHING,
    entries: [{ record: RECORD, state: NO_STATE, stateParameter: state('orders'), stateVersion: 1 }],
    malformedStates: [
      { parameter: state('orders'), reason: 'not a state of this version: the proxy starts without one', value },
    ],
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
