/** One monitor for the proxies of two stacks: one controller, one schedule, and a probe for each stack. */
import { App, Stack } from 'aws-cdk-lib';
import { FlowLogDestination, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { DriftMonitor, ElbUpstream, HaproxyElbProxy } from 'cdk-haproxy-elb';

export const app = new App();

const platform = new Stack(app, 'Platform');
const vpc = new Vpc(platform, 'Vpc', { flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } } });
const cluster = new Cluster(platform, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED });
const monitor = new DriftMonitor(platform, 'Monitor');

for (const team of ['orders', 'invoices']) {
  const stack = new Stack(app, `Team-${team}`);
  new HaproxyElbProxy(stack, 'Proxy', {
    cluster,
    monitor,
    proxyName: team,
    upstream: ElbUpstream.fromDnsName(`internal-${team}-1234567890.eu-west-1.elb.amazonaws.com`, { port: 80 }),
  });
}
