/** A monitor with the rule of AWS Config and the findings of Security Hub, in a VPC of the context. */
import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  DriftConfigRule,
  DriftMonitor,
  ElbUpstream,
  HaproxyTasks,
  MonitoredHaproxy,
  SecurityHubFindings,
} from '../../lib';

const app = new App();
const context = (name: string): string => app.node.getContext(name);
const stack = new Stack(app, 'Compliance', { env: { account: context('account'), region: context('region') } });
const zones = context('zones').split(',');
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: context('vpcId'),
  availabilityZones: zones,
  privateSubnetIds: context('subnetIds').split(','),
  privateSubnetRouteTableIds: zones.map((zone) => `rtb-${zone}`),
});
const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: 'compliance', graceChecks: 1 });
new MonitoredHaproxy(stack, 'Edge', {
  monitor,
  proxyName: 'edge',
  tasks: HaproxyTasks.atEndpoints([context('endpoint')], {
    vpc,
    probe: { securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0')] },
  }),
  upstreams: [{ upstream: ElbUpstream.fromDnsName('elb.test', { port: 80 }) }],
});
new DriftConfigRule(stack, 'ConfigRule', { monitor });
new SecurityHubFindings(stack, 'SecurityHub', { monitor });
