import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ElbUpstream } from '../../lib';

export const ENV = { env: { account: '111111111111', region: 'eu-west-1' } };

/** A load balancer of which only the name is known. */
export const BY_NAME = ElbUpstream.fromDnsName('internal-orders-1.eu-west-1.elb.amazonaws.com', { port: 80 });

/** A stack with a VPC. */
export function stackWithVpc(props?: StackProps, context?: Record<string, unknown>) {
  const app = new App({ context });
  const stack = new Stack(app, 'Stack', props);
  return { app, stack, vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) };
}

/** A stack with a VPC and a load balancer in it. */
export function stackWithAlb(context?: Record<string, unknown>) {
  const { app, stack, vpc } = stackWithVpc(undefined, context);
  const alb = new ApplicationLoadBalancer(stack, 'Alb', { vpc });
  return { app, stack, vpc, alb, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 80 }) };
}
