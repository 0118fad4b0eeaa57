/** Two accounts with a monitor each, and one place for the incidents of both. */
import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { DriftHub, DriftMonitor, ElbUpstream, HaproxyTasks, MonitoredHaproxy } from 'cdk-haproxy-elb';

export const app = new App();

const OPERATIONS = { account: '999999999999', region: 'eu-west-1' };
const TEAMS = {
  orders: { account: '111111111111', region: 'eu-west-1' },
  invoices: { account: '222222222222', region: 'us-east-1' },
};

// In the account of on-call: bus, archive, queue, log and dashboard.
new DriftHub(new Stack(app, 'Operations', { env: OPERATIONS }), 'Hub', {
  hubName: 'haproxy-incidents',
  accounts: Object.values(TEAMS).map(({ account }) => account),
  dashboard: true,
});

for (const [team, env] of Object.entries(TEAMS)) {
  const stack = new Stack(app, `Team-${team}`, { env });
  // The VPC of the team's instances, and their security group.
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['a', 'b'].map((zone) => `${env.region}${zone}`),
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
  const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, 'Instances', 'sg-0123456789abcdef0')];
  const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: team });
  new MonitoredHaproxy(stack, 'Edge', {
    monitor,
    tasks: HaproxyTasks.ofInstances({ role: 'haproxy' }, { runtimeApiPort: 9990, vpc, securityGroups }),
    upstreams: [
      {
        upstream: ElbUpstream.fromDnsName(`internal-${team}-1234567890.${env.region}.elb.amazonaws.com`, { port: 80 }),
      },
    ],
  });
  // One value joins the hub, also in an app of its own.
  const { region, account } = OPERATIONS;
  const hub = DriftHub.fromBusArn(stack, 'Hub', `arn:aws:events:${region}:${account}:event-bus/haproxy-incidents`);
  monitor.forwardIncidents('Hub', hub);
}
