/** Two accounts with a monitor each, three VPCs, and one place for the incidents and the evidence of both. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import {
  CensusAccess,
  DriftCensus,
  DriftHub,
  DriftMonitor,
  ElbUpstream,
  HaproxyTasks,
  MonitoredHaproxy,
} from 'cdk-haproxy-elb';

export const app = new App();

const OPERATIONS = { account: '999999999999', region: 'eu-west-1' };
const TEAMS = {
  orders: { account: '111111111111', region: 'eu-west-1', vpcs: ['vpc-0123456789abcdef0', 'vpc-0123456789abcdef1'] },
  invoices: { account: '222222222222', region: 'us-east-1', vpcs: ['vpc-0123456789abcdef2'] },
};

// In the account of on-call: bus, archive, queue, log and dashboard.
const operations = new Stack(app, 'Operations', { env: OPERATIONS });
new DriftHub(operations, 'Hub', {
  hubName: 'haproxy-incidents',
  accounts: Object.values(TEAMS).map(({ account }) => account),
  dashboard: true,
});
// Once a day it asks both monitors what they compared. No user can change or delete a document for a year.
new DriftCensus(operations, 'Census', {
  censusName: 'haproxy-census',
  targets: Object.entries(TEAMS).map(([team, { account, region }]) => ({
    monitorName: team,
    accounts: [account],
    regions: [region],
  })),
  objectLock: ObjectLockRetention.compliance(Duration.days(365)),
});

for (const [team, { vpcs, ...env }] of Object.entries(TEAMS)) {
  const stack = new Stack(app, `Team-${team}`, { env });
  const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: team });
  for (const [i, vpcId] of vpcs.entries()) {
    // A VPC of the team's instances, and their security group.
    const vpc = Vpc.fromVpcAttributes(stack, `Vpc${i}`, {
      vpcId,
      availabilityZones: ['a', 'b'].map((zone) => `${env.region}${zone}`),
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
    });
    const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, `Instances${i}`, 'sg-0123456789abcdef0')];
    const dnsName = `internal-${team}-${i}234567890.${env.region}.elb.amazonaws.com`;
    new MonitoredHaproxy(stack, `Edge${i}`, {
      monitor,
      tasks: HaproxyTasks.ofInstances({ role: 'haproxy' }, { runtimeApiPort: 9990, vpc, securityGroups }),
      upstreams: [{ upstream: ElbUpstream.fromDnsName(dnsName, { port: 80 }) }],
    });
  }
  // One value joins the hub and one the census, also in an app of its own. Deploy the stack of the census first.
  const { region, account } = OPERATIONS;
  const hub = DriftHub.fromBusArn(stack, 'Hub', `arn:aws:events:${region}:${account}:event-bus/haproxy-incidents`);
  monitor.forwardIncidents('Hub', hub);
  new CensusAccess(stack, 'Census', {
    monitor,
    collectRoleArn: `arn:aws:iam::${account}:role/haproxy-census-collect`,
  });
}
