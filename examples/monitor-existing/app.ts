/** A monitor for existing HAProxy processes: their runtime API listens on TCP, and their security groups allow the probe. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { FlowLogDestination, Vpc } from 'aws-cdk-lib/aws-ec2';
import { DriftMonitor, ElbUpstream, HaproxyTasks, HaproxyVersion, MonitoredHaproxy } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'Watch');
const vpc = new Vpc(stack, 'Vpc', { flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } } });

new MonitoredHaproxy(stack, 'Edge', {
  monitor: new DriftMonitor(stack, 'Monitor'),
  proxyName: 'edge',
  version: HaproxyVersion.V2_8,
  tasks: HaproxyTasks.atEndpoints(['10.0.10.5:9990', '10.0.11.5:9990'], { vpc }),
  upstreams: [
    { upstream: ElbUpstream.fromDnsName('internal-shop-1234567890.eu-west-1.elb.amazonaws.com', { port: 80 }) },
  ],
  resolutionPeriod: Duration.seconds(10),
});
