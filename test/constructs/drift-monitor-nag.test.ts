import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DriftMonitor, HaproxyElbProxy, HaproxyTasks, MonitoredHaproxy, ProxyDeployment, Repair } from '../../lib';
import { BY_NAME } from './stacks';

/**
 * The findings about what a monitor makes and about what a task may do, in its own stack and in those of its proxies.
 */
function findings(separate: boolean): string[] {
  const app = new App();
  const network = new Stack(app, 'Network');
  const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 });
  const shared = separate ? new Stack(app, 'Shared') : network;
  const monitor = new DriftMonitor(shared, 'Monitor', {
    repair: Repair.redeploy(),
    gate: true,
    opsItems: true,
    dashboard: true,
    encryptionKey: new Key(shared, 'Key', { enableKeyRotation: true }),
  });
  const stack = separate ? new Stack(app, 'Orders') : network;
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    monitor,
    upstream: BY_NAME,
    enableExecuteCommand: true,
    deployment: ProxyDeployment.blueGreen(),
  });
  monitor.gateDeployments(proxy.service);
  new MonitoredHaproxy(monitor, 'Legacy', {
    monitor,
    tasks: HaproxyTasks.atEndpoints(['10.0.0.5:9990'], { vpc }),
    upstreams: [{ upstream: BY_NAME }],
    runtimeApiTls: Secret.fromSecretNameV2(shared, 'Secret', 'legacy/runtime-api'),
  });
  app.synth();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations
    .flatMap(({ ruleName, violatingResources }) => violatingResources.map((one) => `${ruleName} ${one.constructPath}`))
    .filter((finding) => /Monitor|DriftCheck|DriftProbe|TaskRole/.test(finding));
}

test.each([
  ['with its proxies in its stack', false],
  ['with network and proxies in other stacks', true],
])('cdk-nag has no findings for a monitor with every option and for ECS Exec, %s', (_, separate) => {
  expect(findings(separate)).toEqual([]);
});
