import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { DriftMonitor, HaproxyElbProxy, IncidentSeverity, ProxyDeployment, Repair } from '../../lib';
import { METRICS } from '../../lib/contract/metrics';
import { fillIn, resourcesOf } from '../e2e/template';
import { BY_NAME } from './stacks';

/** The parameters of a template that CloudFormation looks up, by their names in Parameter Store. */
const lookedUp = (template: Template): string[] =>
  Object.values<{ Type: string; Default: string }>(template.toJSON().Parameters)
    .filter(({ Type }) => Type === 'AWS::SSM::Parameter::Value<List<String>>')
    .map(({ Default }) => Default);

describe('a monitor of another app', () => {
  const owner = new Stack(new App(), 'Owner');
  new DriftMonitor(owner, 'Monitor', { monitorName: 'shared', graceChecks: 3, gate: true });
  const published = resourcesOf(Template.fromStack(owner), 'AWS::SSM::Parameter');

  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const monitor = DriftMonitor.fromName(stack, 'Monitor', 'shared', { repair: Repair.redeploy() });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    monitor,
    upstream: BY_NAME,
    proxyName: 'orders',
    deployment: ProxyDeployment.blueGreen(),
  });
  monitor.gateDeployments(proxy.service);
  monitor.onIncident('Critical', { minSeverity: IncidentSeverity.CRITICAL });
  const template = Template.fromStack(stack);

  test('is found by its name alone: what it publishes is what is looked up', () => {
    expect(published.map(({ properties }) => properties.Name).sort()).toEqual(lookedUp(template).sort());
  });

  test('its values are in the order in which they are read', () => {
    const values = Object.fromEntries(
      published.map(({ properties }) => [properties.Name, fillIn(properties.Value, (name) => name)]),
    );
    expect(values['/cdk-haproxy-elb/shared/monitor']).toMatch(/^MonitorRole\w+\.Arn,3,MonitorHandler\w+\.Arn$/);
    expect(values['/cdk-haproxy-elb/shared/gate']).toMatch(/^MonitorGateHandler\w+\.Arn,MonitorGateRole\w+\.Arn$/);
    const selected = (index: number, id: RegExp) => ({ 'Fn::Select': [index, { Ref: expect.stringMatching(id) }] });
    const [hook] = resourcesOf(template, 'AWS::ECS::Service')[0]!.properties.DeploymentConfiguration.LifecycleHooks;
    expect(hook).toMatchObject({
      HookTargetArn: selected(0, /^MonitorPublishedGate/),
      RoleArn: selected(1, /^MonitorPublishedGate/),
      LifecycleStages: ['POST_SCALE_UP'],
    });
    const [record] = resourcesOf(template, 'AWS::SSM::Parameter');
    expect(record!.properties.Name).toBe('/cdk-haproxy-elb/shared/registry/orders');
    const parts = record!.properties.Value['Fn::Join'][1];
    const grace = parts.findIndex((part: unknown) => String(part).endsWith('"graceChecks":'));
    expect(parts[grace + 1]).toEqual(selected(1, /^MonitorPublished/));
  });

  test('may check the proxy, repair it and check its deployments', () => {
    const [policy] = resourcesOf(template, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith('DriftCheck'));
    const { PolicyDocument, Roles } = policy!.properties;
    const actions = PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action);
    expect(actions).toEqual([
      'ecs:DescribeServices',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'ecs:UpdateService',
      'ecs:DescribeServiceRevisions',
    ]);
    expect(JSON.stringify(Roles)).toContain('{"Ref":"MonitorPublishedParameter');
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
  });

  test('may invoke the probe that the proxy brings', () => {
    const [permission] = resourcesOf(template, 'AWS::Lambda::Permission');
    expect(permission!.properties.Principal).toEqual({
      'Fn::Select': [0, { Ref: expect.stringMatching(/^MonitorPublished/) }],
    });
  });

  test('has its metrics and its events', () => {
    expect(monitor.metricHeartbeat()).toMatchObject({
      metricName: METRICS.heartbeat,
      dimensions: { [METRICS.monitorDimension]: 'shared' },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { monitor: ['shared'], severityLevel: [{ numeric: ['>=', 3] }] } },
    });
  });
});

test('without a repair it may not redeploy, and without gateDeployments no gate is looked up', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const monitor = DriftMonitor.fromName(stack, 'Monitor', 'shared');
  new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME });
  const template = Template.fromStack(stack);
  expect(JSON.stringify(template)).not.toContain('ecs:UpdateService');
  expect(lookedUp(template)).toEqual(['/cdk-haproxy-elb/shared/monitor']);
});

test('a name that is not one', () => {
  const stack = new Stack(new App(), 'Stack');
  const message = "monitorName 'a/b' is not valid: give 1 to 64 letters, digits, '.', '-' or '_'";
  expect(() => DriftMonitor.fromName(stack, 'Monitor', 'a/b')).toThrow(new Error(message));
  expect(() => new DriftMonitor(stack, 'Own', { monitorName: 'a/b' })).toThrow(new Error(message));
});
