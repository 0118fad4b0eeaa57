import { Fn, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ElbUpstream, HaproxyElbProxy } from '../../lib';
import { stackWithVpc } from './stacks';

const UPSTREAM =
  'the security group Stack/Group of an upstream is of another VPC than the proxy: EC2 refuses the rule that allows the proxy, unless the VPCs are peered: peer them, or give the upstream securityGroups: [] and allow the traffic yourself [ack: cdk-haproxy-elb:other-vpc]';
const PROBE =
  'the security group Stack/Group of the probe is of another VPC than the proxy: Lambda does not create the function: give groups of that VPC [ack: cdk-haproxy-elb:other-vpc]';

const imported = (stack: Stack, id: string, vpcId: string) =>
  Vpc.fromVpcAttributes(stack, id, { vpcId, availabilityZones: ['eu-west-1a'], privateSubnetIds: [`subnet-${id}`] });

/** What is said of a proxy in one VPC whose upstream or probe has a group of another one. */
function warningsOf(use: 'upstream' | 'probe', vpcsOf: (stack: Stack) => [proxy: IVpc, group: IVpc]): string[] {
  const { stack } = stackWithVpc();
  const [vpc, other] = vpcsOf(stack);
  const securityGroups = [new SecurityGroup(stack, 'Group', { vpc: other })];
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: ElbUpstream.fromDnsName('elb.test', { port: 80, ...(use === 'upstream' && { securityGroups }) }),
    probe: use === 'probe' ? { securityGroups } : undefined,
  });
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('other-vpc'))
    .map(({ entry }) => String(entry.data));
}

const made = (stack: Stack, id: string) => new Vpc(stack, id, { maxAzs: 1 });

test.each([
  ['upstream', UPSTREAM],
  ['probe', PROBE],
] as const)('a group of another VPC for the %s: of the app, and by its id', (use, warning) => {
  expect(warningsOf(use, (stack) => [made(stack, 'A'), made(stack, 'B')])).toEqual([warning]);
  expect(warningsOf(use, (stack) => [imported(stack, 'A', 'vpc-a'), imported(stack, 'B', 'vpc-b')])).toEqual([warning]);
});

test('nothing is said of the same VPC, or of one that only CloudFormation knows', () => {
  const same = (stack: Stack): [IVpc, IVpc] => {
    const vpc = made(stack, 'A');
    return [vpc, vpc];
  };
  expect(warningsOf('upstream', same)).toEqual([]);
  expect(warningsOf('probe', same)).toEqual([]);
  expect(warningsOf('upstream', (stack) => [imported(stack, 'A', 'vpc-a'), imported(stack, 'B', 'vpc-a')])).toEqual([]);
  const unknown = (stack: Stack) => imported(stack, 'B', Fn.importValue('vpc'));
  expect(warningsOf('upstream', (stack) => [made(stack, 'A'), unknown(stack)])).toEqual([]);
});

test.each(['upstream', 'probe'] as const)(
  'nothing is said where the id may be that of the VPC of the app: %s',
  (use) => {
    expect(warningsOf(use, (stack) => [made(stack, 'A'), imported(stack, 'B', 'vpc-a')])).toEqual([]);
    expect(warningsOf(use, (stack) => [imported(stack, 'B', 'vpc-a'), made(stack, 'A')])).toEqual([]);
  },
);
