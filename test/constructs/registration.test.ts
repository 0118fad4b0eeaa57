import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as registry from '../../lambda/controller/aws/registry';
import { DriftMonitor, HaproxyElbProxy, HaproxyVersion } from '../../lib';
import { ssmParameters } from '../../testbed/aws';
import { fillIn, resourcesOf } from '../e2e/template';
import { SwitchableAws } from '../lambda/controller/aws/aws';
import { BY_NAME, stackWithAlb } from './stacks';

/** Names and ARNs as long as AWS makes them. */
const DEPLOYED: Record<string, string> = {
  DNSName: `internal-${'a'.repeat(32)}-1234567890.ap-southeast-2.elb.amazonaws.com`,
  Arn: `arn:aws:ecs:ap-southeast-2:111111111111:cluster/${'c'.repeat(255)}`,
  Name: 's'.repeat(255),
};

const FUNCTION = `arn:aws:lambda:ap-southeast-2:111111111111:function:${'f'.repeat(64)}`;

function deployed(reference: string): string {
  const [id = '', attribute = ''] = reference.split('.');
  return id.includes('DriftProbe') ? FUNCTION : (DEPLOYED[attribute] ?? `arn:aws:test:::${reference}`);
}

test('what the construct registers is what the checker reads', async () => {
  const aws = await SwitchableAws.start();
  try {
    const { readRegistry }: typeof registry = require('../../lambda/controller/aws/registry');
    const { stack, vpc, upstream } = stackWithAlb();
    const monitor = new DriftMonitor(stack, 'Monitor');
    new HaproxyElbProxy(stack, 'Orders', { vpc, monitor, upstream });
    new HaproxyElbProxy(stack, 'Payments', {
      vpc,
      monitor,
      upstream: BY_NAME,
      proxyName: 'payments',
      version: HaproxyVersion.V1_7,
      resolution: { nameservers: ['10.0.0.2:53'], holdValid: Duration.millis(500) },
    });
    const parameters = resourcesOf(Template.fromStack(stack), 'AWS::SSM::Parameter').map(({ properties }) => [
      fillIn(properties.Name, String),
      fillIn(properties.Value, deployed),
    ]);
    // The endpoint refuses a value that is too long for a parameter, as SSM does.
    aws.handlers = ssmParameters(Object.fromEntries(parameters));

    const read = [];
    for await (const one of readRegistry(monitor.registryPath)) {
      read.push('record' in one ? one.record : one);
    }

    expect(read).toEqual([
      {
        proxy: expect.stringMatching(/^Stack-Orders-/),
        haproxyVersion: '3.2',
        upstreams: [
          {
            backend: 'upstream',
            dnsName: DEPLOYED.DNSName,
            port: 80,
            loadBalancerArn: expect.stringMatching('^arn:aws:test:::Alb'),
          },
        ],
        tasks: { cluster: DEPLOYED.Arn, service: DEPLOYED.Name, runtimeApiPort: 9990 },
        probe: FUNCTION,
        viewPort: 8404,
        resolutionSeconds: 10,
        dnsWindowSeconds: 100,
        holdSeconds: 600,
        graceChecks: 2,
      },
      {
        proxy: 'payments',
        haproxyVersion: '1.7',
        upstreams: [{ backend: 'upstream', dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com', port: 80 }],
        nameservers: ['10.0.0.2:53'],
        tasks: { cluster: DEPLOYED.Arn, service: DEPLOYED.Name, runtimeApiPort: 9990 },
        probe: FUNCTION,
        resolutionSeconds: 0.5,
        dnsWindowSeconds: 90.5,
        holdSeconds: 600,
        graceChecks: 2,
      },
    ]);
  } finally {
    await aws.close();
  }
});
