import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DriftMonitor, HaproxyElbProxy, ProxyDeployment, ProxyIngress, type ProxyPatching } from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, ENV, stackWithVpc } from './stacks';
import { permissionsOf, textOf } from './template';

function proxyWith(deployment: ProxyDeployment, ingress = ProxyIngress.networkLoadBalancer()) {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { gate: true });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME, deployment, ingress });
  return { stack, monitor, proxy };
}

const configurationOf = ({ stack }: { stack: Stack }) =>
  resourcesOf(Template.fromStack(stack), 'AWS::ECS::Service')[0]!.properties.DeploymentConfiguration;
const healthOf = ({ stack }: { stack: Stack }) =>
  resourcesOf(Template.fromStack(stack), 'AWS::ECS::TaskDefinition')[0]!.properties.ContainerDefinitions[0].HealthCheck;

test('a linear deployment moves traffic in steps', () => {
  const deployment = ProxyDeployment.linear({ stepPercent: 20, stepBakeTime: Duration.minutes(3) });
  expect(configurationOf(proxyWith(deployment))).toMatchObject({
    Strategy: 'LINEAR',
    LinearConfiguration: { StepPercent: 20, StepBakeTimeInMinutes: 3 },
    DeploymentCircuitBreaker: { Enable: true, Rollback: true },
  });
});

test('a canary deployment moves a small part first', () => {
  const deployment = ProxyDeployment.canary({ stepPercent: 1, bakeTime: Duration.minutes(5) });
  expect(configurationOf(proxyWith(deployment))).toMatchObject({
    Strategy: 'CANARY',
    BakeTimeInMinutes: 5,
    CanaryConfiguration: { CanaryPercent: 1 },
  });
});

test('both have two target groups', () => {
  for (const deployment of [ProxyDeployment.linear(), ProxyDeployment.canary()]) {
    Template.fromStack(proxyWith(deployment).stack).resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', 2);
  }
});

test('alarms roll a deployment back', () => {
  const alarms = [Alarm.fromAlarmName(new Stack(), 'Alarm', 'orders-errors')];
  const { Alarms } = configurationOf(proxyWith(ProxyDeployment.rolling({ alarms })));
  expect({ ...Alarms, AlarmNames: Alarms.AlarmNames.map(textOf) }).toEqual({
    AlarmNames: ['orders-errors'],
    Enable: true,
    Rollback: true,
  });
});

test('patching replaces the tasks on a schedule, and may do nothing else', () => {
  const { stack, vpc } = stackWithVpc();
  const patching = { schedule: ScheduleExpression.cron({ weekDay: 'TUE', hour: '3', minute: '0' }) };
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, patching });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(0 3 ? * TUE *)',
    Target: { Arn: { 'Fn::Join': ['', Match.arrayWith([':scheduler:::aws-sdk:ecs:updateService'])] } },
  });
  expect(permissionsOf(template, /PatchingRole/)).toEqual([
    'Allow ecs:UpdateService on {ProxyService} if ecs:task-definition Null true, ecs:enable-execute-command Null true',
  ]);
});

test('a new current version of a secret replaces the tasks, and the state machine may do nothing else', () => {
  const { stack, vpc } = stackWithVpc();
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:orders-AbCdEf';
  const secret = Secret.fromSecretCompleteArn(stack, 'Certificate', secretArn);
  const patching = { onSecretChange: true };
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, listenTls: { secret }, patching });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Scheduler::Schedule', 1);
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      resources: [secretArn],
      detail: { labelUpdated: ['AWSCURRENT'] },
    },
    Targets: [{ Arn: { Ref: Match.stringLikeRegexp('SecretChange') } }],
  });
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const { StartAt, States } = JSON.parse(textOf(machine!.Properties.DefinitionString));
  expect(States[StartAt]).toMatchObject({
    Resource: expect.stringMatching(/:states:::aws-sdk:ecs:updateService$/),
    Parameters: { ForceNewDeployment: true, Service: expect.stringContaining('ProxyService') },
    End: true,
  });
  expect(permissionsOf(template, /SecretChangeRole/)).toEqual([
    'Allow ecs:UpdateService on {ProxyService} if ecs:task-definition Null true, ecs:enable-execute-command Null true',
  ]);
});

test.each<[patching: ProxyPatching, message: string]>([
  [{}, 'patching without schedule and onSecretChange replaces no task: give one of them, or leave it out'],
  [
    { onSecretChange: true },
    'patching.onSecretChange has no secret to follow: give listenTls or runtimeApiTls, or leave it out',
  ],
])('patching that replaces no task is refused (%#)', (patching, message) => {
  const { stack, vpc } = stackWithVpc();
  expect(() => new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, patching })).toThrow(
    new InputError(message),
  );
});

test('a secret of another account or region is warned of, because its changes send no event', () => {
  const { stack, vpc } = stackWithVpc(ENV);
  const secretOf = (id: string, region: string, account = '111111111111') =>
    Secret.fromSecretCompleteArn(stack, id, `arn:aws:secretsmanager:${region}:${account}:secret:${id}-AbCdEf`);
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    listenTls: {
      secret: secretOf('here', 'eu-west-1'),
      additionalSecrets: [secretOf('region', 'us-east-1'), secretOf('account', 'eu-west-1', '222222222222')],
    },
    patching: { onSecretChange: true },
  });
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('onSecretChange'));
  expect(warnings.map(({ entry }) => entry.data)).toEqual([
    'patching.onSecretChange gets no event of listenTls.additionalSecrets[0] and listenTls.additionalSecrets[1], of another account or region: give patching a schedule as well, or forward the events of the secret to this account and region [ack: cdk-haproxy-elb:far-secret]',
  ]);
});

test('a task is healthy once it was ready, or at once where that is switched off', () => {
  const [required, not] = [true, false].map(
    (requireReady) => healthOf(proxyWith(ProxyDeployment.rolling({ requireReady }))).Command[1],
  );
  expect(required).toContain('path=/ready');
  expect(not).not.toContain('/ready');
});

test.each<[make: () => unknown, message: string]>([
  [
    () => proxyWith(ProxyDeployment.linear({ stepPercent: 2 })),
    "stepPercent '2' is out of range: give a whole number from 3 to 100",
  ],
  [
    () => proxyWith(ProxyDeployment.canary({ stepBakeTime: Duration.seconds(30) })),
    "stepBakeTime '0.5 min' is not valid: give whole minutes, at most 1 day",
  ],
  [
    () => proxyWith(ProxyDeployment.canary(), ProxyIngress.privateDns()),
    'a linear or canary deployment shifts traffic in a load balancer: give ProxyIngress.networkLoadBalancer(), or a rolling or blue/green deployment',
  ],
  [
    () => {
      const { monitor, proxy } = proxyWith(ProxyDeployment.rolling());
      monitor.gateDeployments(proxy.service);
    },
    'Stack/Proxy/Service has a rolling deployment, which ECS does not gate: give it a blue/green, linear or canary one, or leave the gate out',
  ],
])('what ECS cannot do is refused in one line (%#)', (make, message) => {
  expect(make).toThrow(new InputError(message));
});
