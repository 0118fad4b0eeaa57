import { Template } from 'aws-cdk-lib/assertions';
import { DriftMonitor, type DriftMonitorProps, HaproxyElbProxy, ProxyDeployment, Repair } from '../../lib';
import { RUNTIME } from '../../testbed/lambda';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { permissionsOf, statementsOf, textOf } from './template';

function proxyMonitoredWith(props: Partial<DriftMonitorProps>) {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor', { ...props });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    monitor,
    upstream: BY_NAME,
    deployment: ProxyDeployment.blueGreen(),
  });
  return { stack, monitor, proxy, template: () => Template.fromStack(stack) };
}

const environmentsOf = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::Function')
    .filter(({ properties }) => properties.Environment?.Variables.MONITOR_NAME)
    .map(({ properties }) => properties.Environment.Variables);

describe('repair', () => {
  const ecs = (template: Template) => permissionsOf(template, /MonitorRole/).filter((one) => one.includes(' ecs:'));

  test('is off by default: no permission, no environment variable', () => {
    const template = proxyMonitoredWith({}).template();
    expect(ecs(template).join()).not.toContain('UpdateService');
    expect(environmentsOf(template)[0]).not.toHaveProperty('REPAIR');
  });

  test('by a new deployment may do so with the registered services alone', () => {
    const template = proxyMonitoredWith({ repair: Repair.redeploy() }).template();
    expect(ecs(template).filter((one) => one.includes('UpdateService'))).toEqual([
      // As it is: with the same task definition, and without a shell.
      'Allow ecs:UpdateService on {ProxyService} if ecs:task-definition Null true, ecs:enable-execute-command Null true',
    ]);
    expect(environmentsOf(template)[0]).toMatchObject({ REPAIR: 'redeploy' });
  });

  test('as a dry run gets no permission', () => {
    const template = proxyMonitoredWith({ repair: Repair.dryRun() }).template();
    expect(ecs(template).join()).not.toContain('UpdateService');
    expect(environmentsOf(template)[0]).toMatchObject({ REPAIR: 'dry-run' });
  });
});

test('OpsItems are created on request, and may be resolved', () => {
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
  // The second call changes nothing: one hook is expected below.
  monitor.gateDeployments(proxy.service);
  const template = synthesize();

  test('is a function of the same code and role, asked when the new tasks run and have no traffic', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties);
    const [checker, gate] = ['index.handler', 'index.gate'].map((name) =>
      functions.find(({ Handler, Environment }) => Handler === name && Environment),
    );
    expect({ ...gate, Handler: '', Description: '' }).toEqual({ ...checker, Handler: '', Description: '' });
    // What the tests of both run them on.
    expect(checker!.Runtime).toBe(RUNTIME);
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
    expect(role!.properties.AssumeRolePolicyDocument.Statement).toMatchObject([
      {
        Principal: { Service: 'ecs.amazonaws.com' },
        Condition: { StringEqualsIfExists: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  test('it may read the revisions of this service', () => {
    const added = permissionsOf(template, /MonitorRole/).filter((one) => / ecs:DescribeService/.test(one));
    expect(added).toEqual([
      'Allow ecs:DescribeServices on * if ecs:cluster ArnEquals {ProxyCluster.Arn}',
      'Allow ecs:DescribeServiceRevisions on {ProxyService}',
      'Allow ecs:DescribeServiceRevisions on arn:{Partition}:ecs:{Region}:{AccountId}:service-revision/{ProxyCluster}/{ProxyService.Name}/*',
    ]);
  });

  test('does not exist by default', () => {
    const { monitor, proxy, template } = proxyMonitoredWith({});
    template().resourcePropertiesCountIs('AWS::Lambda::Function', { Handler: 'index.gate' }, 0);
    expect(() => monitor.gateDeployments(proxy.service)).toThrow(
      expect.objectContaining({
        message: 'Stack/Monitor has no gate: give gate: true to the DriftMonitor',
      }),
    );
  });
});

const titlesOf = (widgets: { properties: { title: string } }[]) => widgets.map(({ properties }) => properties.title);

describe('the dashboard and the queries', () => {
  test('saved queries cost nothing and are always there', () => {
    const { stack, monitor, template } = proxyMonitoredWith({});
    const queries = resourcesOf(template(), 'AWS::Logs::QueryDefinition').map(({ properties }) => properties);
    const name = monitor.registryPath.split('/')[2];
    expect(queries.map(({ Name }) => Name)).toEqual([
      `${name}/incidents`,
      `${name}/history of a proxy`,
      `${name}/not checked`,
      `${name}/suppressed`,
      `${name}/repairs and deployments`,
    ]);
    expect(queries[0].QueryString).toBe(
      [
        'fields @timestamp, event, incident.proxy, incident.kind, incident.severity, incident.address, incident.taskCount, incident.message, incident.remediation',
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
    expect(titlesOf(widgets)).toEqual([
      'Alarms',
      'Now',
      'Open incidents',
      'Tasks that could not be read',
      'Runs',
      'Milliseconds of a run',
      'Incidents',
    ]);
    const name = monitor.monitorName;
    expect(widgets[2].properties.metrics).toEqual([
      [
        expect.objectContaining({
          expression: `SEARCH('{HaproxyElb,Monitor,Proxy} MetricName="OpenIncidents" Monitor="${name}"', 'Maximum', 60)`,
        }),
      ],
    ]);
  });

  test('with detailed metrics it shows them', () => {
    const { template } = proxyMonitoredWith({ dashboard: true, detailedMetrics: true });
    const [dashboard] = resourcesOf(template(), 'AWS::CloudWatch::Dashboard');
    const { widgets } = JSON.parse(textOf(dashboard!.properties.DashboardBody));
    expect(titlesOf(widgets).slice(2, 4)).toEqual(['Stale addresses', 'Percent of sessions on stale addresses']);
  });
});
