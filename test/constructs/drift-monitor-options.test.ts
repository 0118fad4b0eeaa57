import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { DriftMonitor, type DriftMonitorProps, HaproxyElbProxy, HaproxyTasks, Repair } from '../../lib';
import { METRICS } from '../../lib/private/contract';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf, statementsOf, textOf } from './template';

function proxyMonitoredWith(props: Partial<DriftMonitorProps>) {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { vpc, ...props });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME });
  return { stack, monitor, proxy, template: () => Template.fromStack(stack) };
}

const environmentsOf = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::Function')
    .filter(({ properties }) => String(properties.Handler).startsWith('index.') && properties.VpcConfig)
    .map(({ properties }) => properties.Environment.Variables);

describe('repair', () => {
  const ecs = (template: Template) => permissionsOf(template, /MonitorRole/).filter((one) => one.includes(' ecs:'));

  test('is off until it is asked for: no permission, no word to the function', () => {
    const template = proxyMonitoredWith({}).template();
    expect(ecs(template).join()).not.toContain('UpdateService');
    expect(environmentsOf(template)[0]).not.toHaveProperty('REPAIR');
  });

  test('by a new deployment may do so with the registered services alone', () => {
    const template = proxyMonitoredWith({ repair: Repair.redeploy() }).template();
    expect(ecs(template).filter((one) => !one.includes('Tasks'))).toEqual([
      'Allow ecs:DescribeServices on {ProxyService}',
      'Allow ecs:UpdateService on {ProxyService}',
    ]);
    expect(environmentsOf(template)[0]).toMatchObject({ REPAIR: 'redeploy' });
  });

  test('as a dry run gets no permission', () => {
    const template = proxyMonitoredWith({ repair: Repair.dryRun() }).template();
    expect(ecs(template).join()).not.toContain('Service');
    expect(environmentsOf(template)[0]).toMatchObject({ REPAIR: 'dry-run' });
  });
});

test('OpsItems are made when they are asked for, and may be resolved', () => {
  const template = proxyMonitoredWith({ opsItems: true }).template();
  expect(permissionsOf(template, /MonitorRole/).filter((one) => one.includes('OpsItem'))).toEqual([
    'Allow ssm:CreateOpsItem on *',
    'Allow ssm:UpdateOpsItem on arn:{Partition}:ssm:{Region}:{AccountId}:opsitem/*',
  ]);
  expect(environmentsOf(template)[0]).toMatchObject({ OPS_ITEMS: 'on' });
  expect(JSON.stringify(proxyMonitoredWith({}).template())).not.toMatch(/OpsItem|OPS_ITEMS/);
});

describe('the gate', () => {
  const { stack, monitor, proxy, template: synthesize } = proxyMonitoredWith({ gate: true });
  monitor.gateDeployments(proxy.service);
  const template = synthesize();

  test('is a function of the same code and network, asked when the new tasks run and have no traffic', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties);
    const [checker, gate] = ['index.handler', 'index.gate'].map((name) =>
      functions.find(({ Handler, VpcConfig }) => Handler === name && VpcConfig),
    );
    expect({ ...gate, Handler: '', Description: '' }).toEqual({ ...checker, Handler: '', Description: '' });
    template.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        LifecycleHooks: [
          {
            HookTargetArn: stack.resolve(monitor.gateHandler!.functionArn),
            RoleArn: stack.resolve(monitor.gateRole!.roleArn),
            LifecycleStages: ['POST_SCALE_UP'],
          },
        ],
      },
    });
  });

  test('ECS may call it, and nothing else', () => {
    const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('MonitorGateRole'));
    expect(statementsOf(role!.properties.Policies)).toEqual([
      'Allow lambda:InvokeFunction on {MonitorGateHandler.Arn}',
    ]);
    expect(role!.properties.AssumeRolePolicyDocument.Statement[0].Principal).toEqual({ Service: 'ecs.amazonaws.com' });
  });

  test('it may look at the revisions of this service', () => {
    const added = permissionsOf(template, /MonitorRole/).filter((one) => / ecs:DescribeService/.test(one));
    expect(added).toEqual([
      'Allow ecs:DescribeServices on {ProxyService}',
      'Allow ecs:DescribeServiceRevisions on {ProxyService}',
      'Allow ecs:DescribeServiceRevisions on arn:{Partition}:ecs:{Region}:{AccountId}:service-revision/{ProxyCluster}/{ProxyService.Name}/*',
    ]);
  });

  test('is not there until it is asked for', () => {
    const { monitor, proxy, template } = proxyMonitoredWith({});
    template().resourcePropertiesCountIs('AWS::Lambda::Function', { Handler: 'index.gate' }, 0);
    expect(() => monitor.gateDeployments(proxy.service)).toThrow(
      expect.objectContaining({
        message: 'Stack/Monitor has no gate: make the DriftMonitor with gate, and name it to fromAttributes',
      }),
    );
  });
});

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
  const proxy = new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME, proxyName: 'orders' });
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
    DriftMonitor.fromAttributes(stack, 'Monitor', {
      registryPath: made.registryPath,
      roleArn: made.role.roleArn,
      securityGroupId: made.connections.securityGroups[0]!.securityGroupId,
    }).watch('Legacy', { tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990']), upstreams: [{ upstream: BY_NAME }] });
    expect(() => app.synth()).not.toThrow();
  });

  test.each([
    [
      { registryPath: '/elsewhere' },
      "registryPath '/elsewhere' is not that of a DriftMonitor: give /cdk-haproxy-elb/NAME",
    ],
    [
      { roleArn: 'arn:aws:iam::222222222222:role/Shared' },
      'Stack/Imported is in account 111111111111, its role in 222222222222: make a DriftMonitor in each account',
    ],
    [
      { gateRoleArn: undefined },
      'one of gateFunctionArn and gateRoleArn is missing for Stack/Imported: give both or neither',
    ],
  ])('needs attributes that fit (%#)', (wrong, message) => {
    const { stack } = stackWithVpc({ env: { account: '111111111111', region: 'eu-west-1' } });
    expect(() => DriftMonitor.fromAttributes(stack, 'Imported', { ...attributes, ...wrong })).toThrow(
      expect.objectContaining({ message }),
    );
  });
});

describe('a VPC without a way out', () => {
  const NAMES = ['ssm', 'ecs', 'elasticloadbalancing', 'ec2'];

  function isolated() {
    const stack = new Stack(new App(), 'Stack');
    const subnetConfiguration = [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }];
    return { stack, vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, subnetConfiguration }) };
  }

  test('a warning says which endpoints are missing, and can be acknowledged', () => {
    const { stack, vpc } = isolated();
    new DriftMonitor(stack, 'Monitor', { vpc });
    // What is made later counts as well.
    vpc.addInterfaceEndpoint('Ecs', { service: InterfaceVpcEndpointAwsService.ECS });
    vpc.addInterfaceEndpoint('Ec2Messages', { service: InterfaceVpcEndpointAwsService.EC2_MESSAGES });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Monitor',
      'the subnets of Stack/Monitor have no way out and the VPC has no endpoint for ssm, elasticloadbalancing, ec2: the checker cannot call them; add the endpoints or set createEndpoints [ack: cdk-haproxy-elb:missing-endpoints]',
    );
  });

  test('they are made on request, those that the VPC has left out, for the checker alone', () => {
    const { stack, vpc } = isolated();
    vpc.addInterfaceEndpoint('Ecs', { service: InterfaceVpcEndpointAwsService.ECS });
    const monitor = new DriftMonitor(stack, 'Monitor', { vpc, createEndpoints: true });
    const template = Template.fromStack(stack);
    const made = resourcesOf(template, 'AWS::EC2::VPCEndpoint').map(({ properties }) => textOf(properties.ServiceName));
    expect(made.sort()).toEqual(NAMES.map((name) => `com.amazonaws.{Region}.${name}`).sort());
    expect(monitor.endpoints).toHaveLength(3);
    for (const { id } of resourcesOf(template, 'AWS::EC2::VPCEndpoint').filter((one) => one.id.startsWith('Monitor'))) {
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
        GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id.slice(0, -8)}SecurityGroup`), 'GroupId'] },
        SourceSecurityGroupId: stack.resolve(monitor.connections.securityGroups[0]!.securityGroupId),
        FromPort: 443,
      });
    }
    Annotations.fromStack(stack).hasNoWarning('/Stack/Monitor', Match.anyValue());
  });

  test('with a NAT gateway nothing is said, and nothing is made', () => {
    const { stack, vpc } = stackWithVpc();
    const monitor = new DriftMonitor(stack, 'Monitor', { vpc });
    Annotations.fromStack(stack).hasNoWarning('/Stack/Monitor', Match.anyValue());
    expect(monitor.endpoints).toEqual([]);
  });

  test('public subnets are refused, because a function has no public address', () => {
    const { stack, vpc } = stackWithVpc();
    const vpcSubnets = { subnetType: SubnetType.PUBLIC };
    expect(() => new DriftMonitor(stack, 'Monitor', { vpc, vpcSubnets })).toThrow(
      expect.objectContaining({
        message:
          'the subnets of Stack/Monitor are public, where a function has no way out: give vpcSubnets that are private or isolated',
      }),
    );
  });

  test('an endpoint of another VPC does not count', () => {
    const { stack, vpc } = isolated();
    const other = new Vpc(stack, 'Other', { maxAzs: 1 });
    for (const service of [InterfaceVpcEndpointAwsService.SSM, InterfaceVpcEndpointAwsService.ECS]) {
      new InterfaceVpcEndpoint(stack, service.shortName, { vpc: other, service });
    }
    new DriftMonitor(stack, 'Monitor', { vpc });
    Annotations.fromStack(stack).hasWarning('/Stack/Monitor', Match.stringLikeRegexp(`for ${NAMES.join(', ')}:`));
  });
});

describe('what people look at', () => {
  test('saved queries cost nothing and are always there', () => {
    const { stack, monitor, template } = proxyMonitoredWith({});
    const queries = resourcesOf(template(), 'AWS::Logs::QueryDefinition').map(({ properties }) => properties);
    const name = monitor.registryPath.split('/')[2];
    expect(queries.map(({ Name }) => Name)).toEqual([
      `${name}/incidents`,
      `${name}/history of a proxy`,
      `${name}/not checked`,
      `${name}/repairs and deployments`,
    ]);
    expect(queries[0].QueryString).toBe(
      [
        'fields @timestamp, event, incident.proxy, incident.kind, incident.severity, incident.task, incident.address, incident.mend',
        'filter event like /^incident-/',
        'sort @timestamp desc',
        'limit 100',
      ].join('\n| '),
    );
    expect(queries[0].LogGroupNames).toEqual([stack.resolve(monitor.logGroup.logGroupName)]);
  });

  test('a dashboard is made on request, with every proxy that writes a figure', () => {
    proxyMonitoredWith({}).template().resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    const { monitor, template } = proxyMonitoredWith({ dashboard: true });
    expect(monitor.dashboard).toBeDefined();
    const [dashboard] = resourcesOf(template(), 'AWS::CloudWatch::Dashboard');
    const { widgets } = JSON.parse(textOf(dashboard!.properties.DashboardBody));
    expect(widgets.map(({ properties }: { properties: { title: string } }) => properties.title)).toEqual([
      'Alarms',
      'Now',
      'Stale addresses',
      'Percent of sessions on stale addresses',
      'Open incidents',
      'Tasks that could not be read',
      'Runs',
      'Milliseconds of a run',
      'Incidents',
    ]);
    expect(widgets[2].properties.metrics).toEqual([
      [
        expect.objectContaining({
          expression: `SEARCH('{HaproxyElb,Proxy} MetricName="StaleAddresses"', 'Maximum', 60)`,
        }),
      ],
    ]);
  });
});
