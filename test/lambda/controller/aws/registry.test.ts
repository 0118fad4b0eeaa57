import type * as registry from '../../../../lambda/controller/aws/registry';
import { AwsError, ssmParameters } from '../../../../testbed/aws';
import { RECORD } from '../../observations';
import { SwitchableAws } from './aws';

const PATH = '/cdk-haproxy-elb/fleet';
const record = (name: string) => `${PATH}/registry/${name}`;
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
async function read(parameters: Record<string, string>) {
  aws.handlers = ssmParameters(parameters);
  const found: (registry.RegistryEntry | registry.MalformedRecord)[] = [];
  for await (const one of readRegistry(PATH)) {
    found.push(one);
  }
  return found;
}

test('records of all pages, in the order of their names', async () => {
  const names = Array.from({ length: 23 }, (_, i) => `proxy-${i + 10}`);
  const parameters = names.map((name) => [record(name), text({ ...RECORD, proxy: name })]);
  expect(await read(Object.fromEntries(parameters))).toEqual(
    names.map((name) => ({ name, record: { ...RECORD, proxy: name } })),
  );
  expect(aws.takeCalls()).toHaveLength(3);
});

test('an empty registry', async () => {
  expect(await read({})).toEqual([]);
});

test('other parameters, and those of other monitors, are left alone', async () => {
  const parameters = {
    [record('orders')]: text(RECORD),
    [`${PATH}/notes`]: 'x',
    [`${PATH}-2/registry/other`]: text(RECORD),
  };
  expect(await read(parameters)).toEqual([{ name: 'orders', record: RECORD }]);
});

test('a record that is nested deeper belongs to no proxy', async () => {
  expect(await read({ [record('team/orders')]: text(RECORD) })).toEqual([
    {
      parameter: record('team/orders'),
      reason: "a record has one name below registry/, not 'team/orders': rename the parameter",
      value: text(RECORD).slice(0, 100),
    },
  ]);
});

const { upstreams, tasks } = RECORD;

const [upstream] = upstreams;
const OBJECT = 'it must be a JSON object';
const PROXY = 'proxy must be a text that is not blank';
const VERSION = 'haproxyVersion must be a branch or release in quotes, such as "3.2"';
const UPSTREAMS =
  'upstreams must be one or more objects with dnsName and, each a text, backend, loadBalancerArn, loadBalancerName or identity (certificate or response), and downCheckSeconds (a number above 0)';
const NAMESERVERS = 'nameservers must be a list of IP:PORT';
const TASKS =
  'tasks must be an object with endpoints (HOST:PORT each), or with runtimeApiPort (a port) and one of: cluster and service; autoScalingGroup; instanceTags; cloudMapNamespace and cloudMapService; name';

const SUPPRESSIONS =
  'suppressions must be a list of objects with reason, until and, if given, from (ISO 8601) and verdicts (kinds)';

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
  [
    'an upstream without time between checks',
    text({ ...RECORD, upstreams: [{ ...upstream, downCheckSeconds: 0 }] }),
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
  ['tasks of two kinds', text({ ...RECORD, tasks: { ...tasks, autoScalingGroup: 'edge' } }), TASKS],
  ['instances without a tag', text({ ...RECORD, tasks: { instanceTags: {}, runtimeApiPort: 9990 } }), TASKS],
  [
    'instances with a list of tags',
    text({ ...RECORD, tasks: { instanceTags: ['role'], runtimeApiPort: 9990 } }),
    TASKS,
  ],
  ['a Cloud Map service alone', text({ ...RECORD, tasks: { cloudMapService: 'edge', runtimeApiPort: 9990 } }), TASKS],
  ['a group without a port', text({ ...RECORD, tasks: { autoScalingGroup: 'edge' } }), TASKS],
  ['a secret without an ARN', text({ ...RECORD, runtimeApiTls: {} }), 'runtimeApiTls must be an object with secretArn'],
  [
    'without a period',
    text({ ...RECORD, resolutionSeconds: undefined }),
    'resolutionSeconds must be a number of seconds above 0',
  ],
  [
    'a period of nothing',
    text({ ...RECORD, resolutionSeconds: 0 }),
    'resolutionSeconds must be a number of seconds above 0',
  ],
  [
    'a window in quotes',
    text({ ...RECORD, dnsWindowSeconds: '100' }),
    'dnsWindowSeconds must be a number of seconds from 0',
  ],
  ['a grace of no check', text({ ...RECORD, graceChecks: 0 }), 'graceChecks must be a whole number from 1 to 1000'],
  ['an endpoint without a port', text({ ...RECORD, tasks: { endpoints: ['10.0.0.1'] } }), TASKS],
  ['a port beyond all ports', text({ ...RECORD, tasks: { ...tasks, runtimeApiPort: 70_000 } }), TASKS],
  ['without a probe', text({ ...RECORD, probe: '' }), 'probe must be the ARN of the probe in the VPC of the processes'],
  ['a port of views that is none', text({ ...RECORD, viewPort: 0 }), 'viewPort must be a port from 1 to 65535'],
  ['a suppression without an end', text({ ...RECORD, suppressions: [{ reason: 'x' }] }), SUPPRESSIONS],
  [
    'a suppression of a verdict that is none',
    text({ ...RECORD, suppressions: [{ reason: 'x', until: '2026-12-01T00:00:00Z', verdicts: ['__proto__'] }] }),
    SUPPRESSIONS,
  ],
];

test.each(MALFORMED)('a record that is %s is named and passed over', async (_what, value, wrong) => {
  const found = await read({ [record('a')]: text(RECORD), [record('broken')]: value, [record('z')]: text(RECORD) });
  expect(found).toEqual([
    { name: 'a', record: RECORD },
    {
      parameter: record('broken'),
      name: 'broken',
      reason: `not a registry record of this version: ${wrong}`,
      value: value.slice(0, 100),
    },
    { name: 'z', record: RECORD },
  ]);
});

test('unknown members are ignored', async () => {
  const later = { ...RECORD, upstreams: [{ ...upstream, zone: 'a' }], schedule: { every: 5 } };
  expect(await read({ [record('orders')]: text(later) })).toEqual([{ name: 'orders', record: later }]);
});

test('a registry that cannot be read is an error', async () => {
  aws.handlers = {
    'ssm:GetParametersByPath': () => {
      throw new AwsError('AccessDeniedException', 'User is not authorized');
    },
  };
  await expect(readRegistry(PATH).next()).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
