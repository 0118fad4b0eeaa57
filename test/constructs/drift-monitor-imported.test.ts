import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DriftMonitor, HaproxyElbProxy, HaproxyTasks, MonitoredHaproxy, ProxyDeployment, Repair } from '../../lib';
import { METRICS } from '../../lib/contract/metrics';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf } from './template';

describe('a monitor of another app', () => {
  const attributes = {
    registryPath: '/cdk-haproxy-elb/Shared-Monitor-0123ABCD',
    roleArn: 'arn:aws:iam::111111111111:role/Shared-MonitorRole',
    securityGroupId: 'sg-0123456789abcdef0',
    repair: Repair.redeploy(),
    gateFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:Shared-Gate',
    gateRoleArn: 'arn:aws:iam::111111111111:role/Shared-GateRole',
  };
  const { stack, vpc } = stackWithVpc({ env: { account: '111111111111', region: 'eu-west-1' } });
  const monitor = DriftMonitor.fromAttributes(stack, 'Monitor', attributes);
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    monitor,
    upstream: BY_NAME,
    proxyName: 'orders',
    deployment: ProxyDeployment.blueGreen(),
  });
  monitor.gateDeployments(proxy.service);
  const template = Template.fromStack(stack);

  test('finds the proxy in its registry', () => {
    const [parameter] = resourcesOf(template, 'AWS::SSM::Parameter');
    expect(parameter!.properties.Name).toBe('/cdk-haproxy-elb/Shared-Monitor-0123ABCD/registry/orders');
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
  });

  test('may check it, repair it and judge its deployments', () => {
    const actions = permissionsOf(template, /^Shared-MonitorRole$/).map((one) => one.split(' ')[1]);
    expect([...new Set(actions)]).toEqual([
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'ecs:DescribeServices',
      'ecs:UpdateService',
      'ecs:DescribeServiceRevisions',
    ]);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: 'sg-0123456789abcdef0',
      FromPort: 9990,
    });
    template.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        LifecycleHooks: [
          {
            HookTargetArn: attributes.gateFunctionArn,
            RoleArn: attributes.gateRoleArn,
            LifecycleStages: ['POST_SCALE_UP'],
          },
        ],
      },
    });
  });

  test('has its metrics', () => {
    expect(monitor.metricHeartbeat()).toMatchObject({
      metricName: METRICS.heartbeat,
      dimensions: { [METRICS.monitorDimension]: 'Shared-Monitor-0123ABCD' },
    });
  });

  test('out of values that are known at deployment only', () => {
    const { app, stack: shared, vpc } = stackWithVpc();
    const made = new DriftMonitor(shared, 'Monitor', { vpc });
    const stack = new Stack(app, 'Other');
    const monitor = DriftMonitor.fromAttributes(stack, 'Monitor', {
      registryPath: made.registryPath,
      roleArn: made.role.roleArn,
      securityGroupId: made.connections.securityGroups[0]!.securityGroupId,
    });
    new MonitoredHaproxy(stack, 'Legacy', {
      monitor,
      tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990']),
      upstreams: [{ upstream: BY_NAME }],
    });
    expect(() => app.synth()).not.toThrow();
  });

  test.each([
    [
      { registryPath: '/elsewhere' },
      "registryPath '/elsewhere' is not the path of a DriftMonitor: give /cdk-haproxy-elb/NAME",
    ],
    [
      { roleArn: 'arn:aws:iam::222222222222:role/Shared' },
      'Stack/Imported is in account 111111111111, its role in 222222222222: make a DriftMonitor in each account',
    ],
    [
      { gateRoleArn: undefined },
      'only one of gateFunctionArn and gateRoleArn is given for Stack/Imported: give both or neither',
    ],
  ])('needs attributes that fit (%#)', (wrong, message) => {
    const { stack } = stackWithVpc({ env: { account: '111111111111', region: 'eu-west-1' } });
    expect(() => DriftMonitor.fromAttributes(stack, 'Imported', { ...attributes, ...wrong })).toThrow(
      expect.objectContaining({ message }),
    );
  });
});
