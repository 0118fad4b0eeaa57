import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Census } from '../../../lambda/census/documents';
import { CensusAccess, DriftCensus, DriftMonitor } from '../../../lib';
import type { CensusPage } from '../../../lib/contract/census';
import { type AwsCall, AwsEndpoints, AwsError, type AwsHandlers } from '../../../testbed/aws';
import { Buckets } from '../../../testbed/aws/buckets';
import { LocalLambda } from '../../../testbed/lambda';
import { fillIn, resourcesOf } from '../../e2e/template';
import { isAllowed, type Request, type Statement } from '../../support/iam/policy';
import { raw } from '../observations';
import { censusesOf } from './monitors';

// Each test starts functions as processes.
jest.setTimeout(60_000);

const TEAM = { account: '111111111111', region: 'us-east-1', name: 'edge' };
const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:Team-Controller';
const ASSUMED = { accessKeyId: 'of-the-team', secretAccessKey: 'secret-of-the-team', sessionToken: 'session' };
const SUBJECT = { census: '2026-11-22T120000Z', startedAt: '2026-11-22T12:00:00.123Z' };
const TARGETS = [{ monitorName: 'edge', regions: ['us-east-1'], accounts: ['111111111111'] }];
const FOLDER = 'documents/censuses/2026-11/2026-11-22T120000Z';
const KEY = 'working/2026-11-22T120000Z/targets.json';

const HEALTHY = censusesOf([raw()])[0]!;
const pageOf = ({ proxies, startedAt, endedAt }: typeof HEALTHY, more: Partial<CensusPage> = {}): CensusPage => {
  return { version: '1', monitor: 'edge', startedAt, endedAt, total: proxies.length, proxies, degraded: [], ...more };
};

let aws: AwsEndpoints;
let buckets: Buckets;
const functions: LocalLambda[] = [];

/** The account of the hub and that of a team, whose role trusts a census with this external id. */
async function start(changes: AwsHandlers = {}): Promise<void> {
  buckets = new Buckets();
  aws = await AwsEndpoints.start({
    ...buckets.handlers,
    'sts:AssumeRole': ({ RoleArn, ExternalId }) => {
      if (RoleArn !== 'arn:aws:iam::111111111111:role/haproxy-census-us-east-1-edge' || ExternalId !== 'ours') {
        throw new AwsError('AccessDenied', `not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`, 403);
      }
      const { accessKeyId, secretAccessKey, sessionToken } = ASSUMED;
      const Expiration = new Date(Date.now() + 3_600_000);
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration,
        },
      };
    },
    'ssm:GetParameter': ({ Name }) => {
      if (Name !== '/cdk-haproxy-elb/edge/monitor') {
        throw new AwsError('ParameterNotFound');
      }
      return { Parameter: { Name, Value: `arn:aws:iam::111111111111:role/Controller,2,${FUNCTION}` } };
    },
    'lambda:Invoke': () => answer(pageOf(HEALTHY)),
    ...changes,
  });
  aws.callers.push({ ...ASSUMED, region: TEAM.region });
}

const answer = (payload: unknown, more: object = {}) => ({
  StatusCode: 200,
  Payload: Buffer.from(JSON.stringify(payload)) as never,
  ...more,
});

function functionOf(handler: string, environment: Record<string, string> = {}): LocalLambda {
  const created = new LocalLambda({
    taskRoot: join(__dirname, '../../../assets/census'),
    handler,
    timeoutMs: 900_000,
    memoryMb: 512,
    environment: {
      ...aws.environment,
      BUCKET: 'documents',
      WORKING_BUCKET: 'scratch',
      PARTITION: 'aws',
      EXTERNAL_ID: 'ours',
      ...environment,
    },
  });
  functions.push(created);
  return created;
}

async function invoke(handler: string, event: object, environment?: Record<string, string>) {
  const { payload, functionError } = await functionOf(handler, environment).invoke(event);
  return { payload: payload as never, functionError, error: Object(payload) as Record<string, string> };
}

afterEach(async () => {
  await Promise.all(functions.splice(0).map((one) => one.stop()));
  await aws?.close();
});

const callsOf = (operation: string): AwsCall[] => aws.calls.filter((call) => call.operation === operation);
const inputsOf = (operation: string) => callsOf(operation).map(({ input }) => input);
const stored = (key: string) => JSON.parse(buckets.objects.get(key)!);

test('a census of one monitor: list, collect and conclude hand on what they store', async () => {
  await start();
  const listed = await invoke('index.list', { startedAt: SUBJECT.startedAt, input: {}, targets: TARGETS });
  expect(listed.payload).toEqual({ subject: SUBJECT, key: KEY, targets: 1 });
  expect(stored(`scratch/${KEY}`)).toEqual([TEAM]);

  const collected = await invoke('index.collect', { subject: SUBJECT, target: TEAM });
  expect(collected.payload).toMatchObject({ monitor: '111111111111/us-east-1/edge', proxies: 1, compliant: 1 });

  const concluded = await invoke('index.conclude', listed.payload);
  expect(concluded.payload).toMatchObject({ monitors: 1, monitorsSeen: 1, proxies: 1, compliant: 1 });
  const census: Census = stored(`${FOLDER}/census.json`);
  expect(census).toMatchObject({ census: SUBJECT.census, startedAt: SUBJECT.startedAt });
  expect(census.monitors.map(({ failed }) => failed)).toEqual([undefined]);
  const sums = [...buckets.objects.keys()].filter((key) => key.startsWith(FOLDER) && key.endsWith('.sha256'));
  expect(sums).toHaveLength(2);
  for (const key of sums) {
    const [sum] = execFileSync('sha256sum', {
      input: buckets.objects.get(key.replace('.sha256', ''))!,
      encoding: 'utf8',
    }).split(' ');
    expect(buckets.objects.get(key)!.split(' ')[0]).toBe(sum);
  }
  expect(buckets.contentTypes.get(`${FOLDER}/census.html`)).toBe('text/html; charset=utf-8');
});

test('the controller is asked with the role of its account, in its region, and the session names the census', async () => {
  await start();
  await invoke('index.collect', { subject: SUBJECT, target: TEAM });
  expect(inputsOf('AssumeRole')).toEqual([
    {
      RoleArn: 'arn:aws:iam::111111111111:role/haproxy-census-us-east-1-edge',
      RoleSessionName: 'census-2026-11-22T120000Z',
      ExternalId: 'ours',
    },
  ]);
  expect(inputsOf('Invoke')).toEqual([expect.objectContaining({ FunctionName: FUNCTION })]);
  for (const call of [...callsOf('GetParameter'), ...callsOf('Invoke')]) {
    expect(aws.callerOf(call)).toMatchObject({ accessKeyId: ASSUMED.accessKeyId, region: 'us-east-1' });
  }
  for (const call of callsOf('PutObject')) {
    expect(aws.callerOf(call)?.accessKeyId).toBe('local-access-key');
  }
});

test('all pages are asked for by one session', async () => {
  const [first, second] = ['a', 'b'].map((name) => ({ ...HEALTHY.proxies[0]!, name }));
  await start({
    'lambda:Invoke': ({ Payload }) => {
      const { after } = JSON.parse(Buffer.from(Payload as Uint8Array).toString());
      const page = pageOf(HEALTHY, { total: 2 });
      return answer(after === undefined ? { ...page, proxies: [first], next: 'a' } : { ...page, proxies: [second] });
    },
  });
  const { payload } = await invoke('index.collect', { subject: SUBJECT, target: TEAM });
  expect(payload).toMatchObject({ proxies: 2 });
  expect(callsOf('AssumeRole')).toHaveLength(1);
});

const SUMMARY = 'scratch/working/2026-11-22T120000Z/summaries/111111111111/us-east-1/edge.json';
const refusing = (code: string, message: string) => () => {
  throw new AwsError(code, message, 403);
};

test.each<[string, AwsHandlers, Record<string, string>, string]>([
  [
    'a role that does not trust this census',
    {},
    { EXTERNAL_ID: 'theirs' },
    'AccessDenied: not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/haproxy-census-us-east-1-edge',
  ],
  [
    'a region without the monitor',
    { 'ssm:GetParameter': refusing('ParameterNotFound', '') },
    {},
    'there is no parameter /cdk-haproxy-elb/edge/monitor: deploy a monitor of this name, or remove it from the targets',
  ],
  [
    'a monitor of an older version',
    { 'ssm:GetParameter': () => ({ Parameter: { Value: 'arn:aws:iam::111111111111:role/Controller,2' } }) },
    {},
    'the parameter /cdk-haproxy-elb/edge/monitor names no function: upgrade the monitor',
  ],
  [
    'a controller that fails',
    {
      'lambda:Invoke': () =>
        answer({ errorType: 'Error', errorMessage: 'not\nauthorized' }, { FunctionError: 'Unhandled' }),
    },
    {},
    'the controller failed (Unhandled): not authorized',
  ],
  [
    'a controller that checks instead of answering',
    { 'lambda:Invoke': () => answer({ checked: 12 }) },
    {},
    'the answer is no census of this version: version: Invalid input: expected "1": upgrade the monitor, or this hub',
  ],
])(
  '%s: the reason is stored, and the monitor counts as one that was not seen',
  async (_what, changes, environment, why) => {
    await start(changes);
    const { functionError, error } = await invoke('index.collect', { subject: SUBJECT, target: TEAM }, environment);
    expect(functionError).toBeDefined();
    expect(error).toMatchObject({ errorType: 'MonitorNotSeen', errorMessage: why });
    expect(stored(SUMMARY)).toMatchObject({ failed: why });
    expect(stored(`${FOLDER}/monitors/111111111111/us-east-1/edge.json`)).toMatchObject({ failed: why });
  },
);

test('a month: of the monitors of all its censuses, out of the stored documents alone', async () => {
  await start();
  const lambdas = Object.fromEntries(['list', 'collect', 'conclude'].map((one) => [one, functionOf(`index.${one}`)]));
  const run = async (startedAt: string, input: object, targets = TARGETS) => {
    const { payload } = await lambdas.list!.invoke({ startedAt, input, targets });
    const { subject, key } = payload as { subject: object; key: string };
    for (const target of stored(`scratch/${key}`)) {
      await lambdas.collect!.invoke({ subject, target });
    }
    return (await lambdas.conclude!.invoke({ subject, key })).payload;
  };
  for (const day of ['01', '02', '03']) {
    await run(`2026-11-${day}T12:00:00Z`, {});
  }
  // The targets have changed since.
  const asked = callsOf('Invoke').length;
  expect(asked).toBe(3);
  const totals = await run('2026-12-01T12:00:00Z', { month: 'previous' }, []);
  expect(totals).toMatchObject({ monitors: 1, proxies: 1 });
  expect(callsOf('Invoke')).toHaveLength(asked);
  expect(stored('documents/months/2026-11/monitors/111111111111/us-east-1/edge.json').censuses).toHaveLength(3);
  expect(stored('documents/months/2026-11/month.json')).toMatchObject({ month: '2026-11' });
});

test.each([
  [{ month: '2026-13' }, 'month is "2026-13": give one as in 2026-11, or previous'],
  [{ month: 11 }, 'month is 11: give one as in 2026-11, or previous'],
  [{ month: 'previous' }, 'there is no document of a census in censuses/2025-12/: a month is made of its censuses'],
])('%j makes no month', async (input, message) => {
  await start();
  const { error } = await invoke('index.list', { startedAt: '2026-01-01T12:00:00Z', input, targets: TARGETS });
  expect(error.errorMessage).toBe(message);
  expect(buckets.objects.size).toBe(0);
});

describe('the list', () => {
  const units: Record<string, { accounts?: object[]; units?: string[] }> = {
    'ou-ab12-aaaaaaaa': { accounts: [{ Id: '222222222222', State: 'ACTIVE' }], units: ['ou-ab12-bbbbbbbb'] },
    'ou-ab12-bbbbbbbb': {
      accounts: [
        { Id: '333333333333', State: 'SUSPENDED' },
        { Id: '111111111111', State: 'ACTIVE' },
        // A state of a later version of the service is no reason to leave an account out.
        { Id: '444444444444', State: 'UNKNOWN' },
      ],
    },
  };
  const organization: AwsHandlers = {
    'organizations:ListAccountsForParent': ({ ParentId = '', NextToken }) => {
      const all = units[ParentId]?.accounts ?? [];
      // One account a page.
      const at = Number(NextToken ?? 0);
      return { Accounts: all.slice(at, at + 1), ...(at + 1 < all.length && { NextToken: String(at + 1) }) };
    },
    'organizations:ListOrganizationalUnitsForParent': ({ ParentId = '' }) => ({
      OrganizationalUnits: (units[ParentId]?.units ?? []).map((Id) => ({ Id })),
    }),
  };
  const list = (targets: object[]) => invoke('index.list', { startedAt: SUBJECT.startedAt, targets });

  test('has the accounts of units and of those below them, each monitor once, closed accounts left out', async () => {
    await start(organization);
    const { payload } = await list([
      { monitorName: 'edge', regions: ['eu-west-1'], accounts: ['111111111111'] },
      { monitorName: 'edge', regions: ['eu-west-1', 'us-east-1'], organizationalUnits: ['ou-ab12-aaaaaaaa'] },
    ]);
    const found = stored(`scratch/${KEY}`).map(
      ({ account, region, name }: typeof TEAM) => `${account}/${region}/${name}`,
    );
    const accounts = ['111111111111', '222222222222', '444444444444'];
    expect(found).toEqual(accounts.flatMap((one) => [`${one}/eu-west-1/edge`, `${one}/us-east-1/edge`]));
    expect(payload).toMatchObject({ targets: 6 });
  });

  test.each<[string, AwsHandlers, string]>([
    [
      'units that may not be listed',
      {
        ...organization,
        'organizations:ListAccountsForParent': refusing('AccessDeniedException', "You don't have permissions"),
      },
      "You don't have permissions",
    ],
    [
      'units without accounts',
      { ...organization, 'organizations:ListAccountsForParent': () => ({ Accounts: [] }) },
      'no account is left to be asked: check the targets, and the accounts of their organizational units',
    ],
  ])('%s fail the census: it is none of an empty fleet', async (_what, changes, message) => {
    await start(changes);
    const { functionError, error } = await list([
      { monitorName: 'edge', regions: ['eu-west-1'], organizationalUnits: ['ou-ab12-aaaaaaaa'] },
    ]);
    expect(functionError).toBeDefined();
    expect(error.errorMessage).toBe(message);
    expect(buckets.objects.size).toBe(0);
  });
});

test('a monitor without a trace is named; a summary that may not be read fails the census', async () => {
  await start({
    's3:GetObject': (input) => {
      if (input.Key?.includes('222222222222')) {
        throw new AwsError('AccessDenied', 'Access Denied', 403);
      }
      return buckets.handlers['s3:GetObject'](input);
    },
  });
  buckets.objects.set(`scratch/${KEY}`, JSON.stringify([TEAM]));
  await invoke('index.conclude', { subject: SUBJECT, key: KEY });
  expect(stored(`${FOLDER}/census.json`).monitors).toMatchObject([
    { failed: 'it left no result: it was not asked, or the function that asks it was stopped' },
  ]);
  buckets.objects.set(`scratch/${KEY}`, JSON.stringify([TEAM, { ...TEAM, account: '222222222222' }]));
  const { error } = await invoke('index.conclude', { subject: SUBJECT, key: KEY });
  expect(error).toMatchObject({ errorType: 'AccessDenied', errorMessage: 'Access Denied' });
});

/** What a role of the constructs may do, with the names that these tests have. */
function statementsOf(template: Template, policy: RegExp): Statement[] {
  const known = (reference: string) =>
    ({ 'AWS::Partition': 'aws' })[reference] ??
    (reference.startsWith('CensusDocuments') ? 'arn:aws:s3:::documents' : undefined) ??
    (reference.startsWith('CensusWorking') ? 'arn:aws:s3:::scratch' : undefined) ??
    (reference.startsWith('MonitorHandler') ? FUNCTION : reference);
  const texts = (value: unknown) => [value].flat().map((one) => fillIn(one, known));
  const documents = [
    ...resourcesOf(template, 'AWS::IAM::Policy')
      .filter(({ id }) => policy.test(id))
      .map(({ properties }) => properties.PolicyDocument),
    ...resourcesOf(template, 'AWS::IAM::Role')
      .filter(({ id }) => policy.test(id))
      .flatMap(({ properties }) =>
        (properties.Policies ?? []).map((one: { PolicyDocument: object }) => one.PolicyDocument),
      ),
  ];
  return documents.flatMap(({ Statement }) =>
    Statement.map(({ Action, Resource, Condition }: Record<string, object>) => ({
      effect: 'Allow',
      actions: texts(Action),
      resources: texts(Resource),
      conditions: Object.fromEntries(
        Object.entries(Condition ?? {}).map(([operator, keys]) => [
          operator,
          Object.fromEntries(Object.entries(keys as object).map(([key, value]) => [key, texts(value)])),
        ]),
      ),
    })),
  );
}

/** What IAM is asked about a call. */
function requestOf({ service, operation, input }: AwsCall): Request {
  const { Bucket, Key, RoleArn, ParentId, Name, FunctionName } = input as Record<string, string>;
  const context = { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' };
  switch (`${service}:${operation}`) {
    case 's3:ListObjectsV2':
      return { action: 's3:ListBucket', resource: `arn:aws:s3:::${Bucket}`, context };
    case 'lambda:Invoke':
      return { action: 'lambda:InvokeFunction', resource: FunctionName!, context };
    case 's3:GetObject':
    case 's3:PutObject':
      return { action: `s3:${operation}`, resource: `arn:aws:s3:::${Bucket}/${Key}`, context };
    case 'sts:AssumeRole':
      return { action: 'sts:AssumeRole', resource: RoleArn!, context };
    case 'ssm:GetParameter':
      return { action: 'ssm:GetParameter', resource: `arn:aws:ssm:us-east-1:111111111111:parameter${Name}`, context };
    default: {
      const resource = `arn:aws:organizations::888888888888:ou/o-a1b2c3d4e5/${ParentId}`;
      return { action: `${service}:${operation}`, resource, context };
    }
  }
}

test('each call of a census and of a month is one that the constructs allow, and each permission is used', async () => {
  await start({
    'organizations:ListAccountsForParent': () => ({ Accounts: [{ Id: TEAM.account, State: 'ACTIVE' }] }),
    'organizations:ListOrganizationalUnitsForParent': () => ({ OrganizationalUnits: [] }),
  });
  const app = new App();
  const hub = new Stack(app, 'Hub', { env: { account: '999999999999', region: 'eu-west-1' } });
  const organizationalUnits = ['ou-ab12-aaaaaaaa'];
  const census = new DriftCensus(hub, 'Census', {
    censusName: 'fleet',
    targets: [{ monitorName: 'edge', regions: ['us-east-1'], organizationalUnits }],
    organizationId: 'o-a1b2c3d4e5',
  });
  const team = new Stack(app, 'Team', { env: { account: TEAM.account, region: TEAM.region } });
  const monitor = new DriftMonitor(team, 'Monitor', { monitorName: TEAM.name });
  new CensusAccess(team, 'Access', { monitor, collectRoleArn: census.collectRoleArn });
  const access = statementsOf(Template.fromStack(team), /^AccessRole/);
  const used = new Set<string>();
  const lambdas = Object.fromEntries(['list', 'collect', 'conclude'].map((one) => [one, functionOf(`index.${one}`)]));
  const run = async (name: string, event: object) => {
    const own = statementsOf(Template.fromStack(hub), new RegExp(`^Census${name}Policy`, 'i'));
    const before = aws.calls.length;
    const { payload, functionError } = await lambdas[name]!.invoke(event);
    expect([name, functionError]).toEqual([name, undefined]);
    for (const call of aws.calls.slice(before)) {
      const request = requestOf(call);
      const isTeam = aws.callerOf(call)?.accessKeyId === ASSUMED.accessKeyId;
      expect([name, request, isAllowed(isTeam ? access : own, request)]).toEqual([name, request, true]);
      used.add(`${isTeam ? 'access' : name} ${request.action}`);
    }
    return payload as { subject: object; key: string };
  };
  const targets = [{ monitorName: 'edge', regions: ['us-east-1'], organizationalUnits }];
  for (const input of [{}, { month: '2026-11' }]) {
    const { subject, key } = await run('list', { startedAt: SUBJECT.startedAt, input, targets });
    await run('collect', { subject, target: TEAM });
    await run('conclude', { subject, key });
  }
  const allowed = ['list', 'collect', 'conclude'].flatMap((name) =>
    statementsOf(Template.fromStack(hub), new RegExp(`^Census${name}Policy`, 'i')).flatMap(({ actions }) =>
      actions.filter((action) => !action.startsWith('logs:')).map((action) => `${name} ${action}`),
    ),
  );
  const unused = [...new Set([...allowed, ...access.flatMap(({ actions }) => actions.map((one) => `access ${one}`))])];
  // Without it a missing summary would be an object that may not be read.
  expect(unused.filter((one) => !used.has(one))).toEqual(['conclude s3:ListBucket']);
});

test('an environment that lacks something is named', async () => {
  await start();
  const { error } = await invoke('index.conclude', { subject: SUBJECT, key: KEY }, { BUCKET: '', EXTERNAL_ID: '' });
  expect(error.errorMessage).toBe(
    'BUCKET, EXTERNAL_ID missing in the environment of the function: deploy the census again',
  );
});
