/** Who has a role in the example stack. */
export type RoleName = 'controller' | 'probe' | 'schedule' | 'start of tasks' | 'tasks';

const ROLES: readonly (readonly [logicalId: RegExp, name: RoleName])[] = [
  [/^MonitorRole/, 'controller'],
  [/^MonitorDriftProbe\w+Role/, 'probe'],
  [/^MonitorScheduleRole/, 'schedule'],
  [/ExecutionRole/, 'start of tasks'],
  [/TaskRole/, 'tasks'],
];

/** @throws Error for a role that is not in the table */
export function roleOf(logicalId: string): RoleName {
  const found = ROLES.find(([pattern]) => pattern.test(logicalId));
  if (found === undefined) {
    throw new Error(`the table of permissions has no role ${logicalId}: add it to scripts/deploy/permission-table.ts`);
  }
  return found[1];
}

/** What a run of the controller is like without one action. */
interface Without {
  /** A part of what it says: the error of the run, or a line of its log. Empty: it says nothing. */
  readonly says: string;
  readonly means: string;
}

type ByRole<T> = Readonly<Partial<Record<RoleName, Readonly<Record<string, T>>>>>;

const NO_LOG = { says: '', means: 'no log line and no metric arrives: the heartbeat alarm' };
const fails = (action: string) => ({
  says: `not authorized to perform: ${action}`,
  means: 'the run fails: the heartbeat alarm',
});

/** The action that starts a function. */
export const INVOKE = 'lambda:InvokeFunction';

/** Each action of the synthesized policies that a run needs. */
export const NEEDED: ByRole<Without> = {
  schedule: { [INVOKE]: { says: '', means: 'no run starts: the heartbeat alarm' } },
  controller: {
    'logs:CreateLogStream': NO_LOG,
    'logs:PutLogEvents': NO_LOG,
    'ssm:GetParametersByPath': fails('ssm:GetParametersByPath'),
    'dynamodb:Scan': fails('dynamodb:Scan'),
    'dynamodb:GetItem': fails('dynamodb:GetItem'),
    'dynamodb:PutItem': {
      says: 'the state of orders could not be saved',
      means: 'no incident opens, and no heartbeat: its alarm',
    },
    'dynamodb:DeleteItem': { says: 'what was delivered of gone could not be saved', means: 'the state stays' },
    'events:PutEvents': { says: 'events of incidents wait for the next run', means: 'the events are sent later' },
    'ec2:DescribeNetworkInterfaces': {
      says: 'payments was checked with incomplete data: DescribeNetworkInterfaces failed',
      means: 'DNS alone names the addresses',
    },
    'elasticloadbalancing:DescribeLoadBalancers': {
      says: 'payments was checked with incomplete data: DescribeLoadBalancers failed',
      means: 'DNS alone names the addresses',
    },
    'elasticloadbalancing:DescribeLoadBalancerAttributes': { says: '', means: 'the names of zones are not asked' },
    'ecs:ListTasks': { says: 'orders was not checked: AccessDenied', means: 'an incident: unchecked' },
    'ecs:DescribeTasks': { says: 'orders was not checked: AccessDenied', means: 'an incident: unchecked' },
    'ecs:DescribeServices': { says: '', means: 'no task is an incident, whatever the desired count' },
    // Allowed by the policy of the probe, not of the role.
    [INVOKE]: { says: 'orders was not checked', means: 'an incident: unchecked' },
  },
  probe: {
    'logs:CreateLogStream': { says: '', means: 'the probe has no log' },
    'logs:PutLogEvents': { says: '', means: 'the probe has no log' },
  },
};

const OF_LAMBDA = 'Lambda calls it for the interfaces of a function in a VPC, and the emulator makes none';
const OF_ECS = 'ECS calls it for the containers of a task, and the emulator runs none';

/** Each action of the synthesized policies of which this emulator cannot show that it is needed, and why. */
export const NOT_SHOWN: ByRole<string> = {
  probe: {
    'ec2:DescribeNetworkInterfaces': OF_LAMBDA,
    'ec2:DescribeSubnets': OF_LAMBDA,
    'ec2:CreateNetworkInterface': OF_LAMBDA,
    'ec2:DeleteNetworkInterface': OF_LAMBDA,
    'ec2:AssignPrivateIpAddresses': OF_LAMBDA,
    'ec2:UnassignPrivateIpAddresses': OF_LAMBDA,
  },
  'start of tasks': { 'logs:CreateLogStream': OF_ECS, 'logs:PutLogEvents': OF_ECS },
};

/** What neither emulator proves. Seen on ministack 1.5.33 and localemu 1.3.2. */
export const LIMITS: readonly string[] = [
  'network interfaces of functions in a VPC, security groups and subnets, and a cold start in a VPC',
  'the statement that denies the probe its permissions for network interfaces: the code of the probe calls nothing',
  'the conditions of trust policies (aws:SourceAccount, aws:SourceArn of the schedule): the emulator skips them',
  'condition keys (ecs:cluster, events:source, lambda:SourceFunctionArn) and the resources of log streams: the emulator has none, scripts/deploy/iam-emulator.py fills them in as AWS documents them',
  'policies of the queue and of keys, service control policies, permission boundaries',
  'the permissions of optional features: repair, OpsItems, the gate, secrets, customer managed keys',
  'quotas, throttling and eventual consistency of IAM: a change of a policy is effective at once',
];
