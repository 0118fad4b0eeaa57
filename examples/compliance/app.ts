/** A monitor whose results auditors see in AWS Config and in Security Hub. */
import { App, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { MaximumExecutionFrequency } from 'aws-cdk-lib/aws-config';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { BaseService } from 'aws-cdk-lib/aws-ecs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DriftConfigRule,
  DriftMonitor,
  ElbUpstream,
  HaproxyTasks,
  MonitoredHaproxy,
  SecurityHubFindings,
} from 'cdk-haproxy-elb';

export const app = new App();

const stack = new Stack(app, 'Compliance', { env: { account: '111111111111', region: 'eu-west-1' } });
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0')];

const service = BaseService.fromServiceArnWithCluster(
  stack,
  'Service',
  'arn:aws:ecs:eu-west-1:111111111111:service/shop/haproxy',
);

const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: 'shop' });
new MonitoredHaproxy(stack, 'Haproxy', {
  monitor,
  tasks: HaproxyTasks.ofService(service, { runtimeApiPort: 9990, vpc, securityGroups }),
  upstreams: [
    { upstream: ElbUpstream.fromDnsName('internal-shop-1234567890.eu-west-1.elb.amazonaws.com', { port: 80 }) },
  ],
});

// The account needs a configuration recorder, and Security Hub CSPM.
const alarmActions = [new SnsAction(Topic.fromTopicArn(stack, 'OnCall', 'arn:aws:sns:eu-west-1:111111111111:on-call'))];
new DriftConfigRule(stack, 'ConfigRule', {
  monitor,
  maximumExecutionFrequency: MaximumExecutionFrequency.SIX_HOURS,
  alarmActions,
});
new SecurityHubFindings(stack, 'SecurityHub', { monitor, alarmActions });
