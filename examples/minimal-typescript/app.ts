import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ElbUpstream, HaproxyElbProxy, HaproxyVersion } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'Minimal');
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });

new HaproxyElbProxy(stack, 'Proxy', {
  vpc,
  version: HaproxyVersion.V3_2,
  upstream: ElbUpstream.fromDnsName('internal-orders-1234567890.eu-west-1.elb.amazonaws.com', { port: 80 }),
});
