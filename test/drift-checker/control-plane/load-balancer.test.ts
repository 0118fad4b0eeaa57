import type { AvailabilityZone, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { freePorts } from '../../../lab/ports';
import type * as loadBalancer from '../../../lambda/drift-checker/control-plane/load-balancer';
import { AwsError } from '../../support/aws';
import { SwitchableAws } from './aws';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/orders/50dc6c495c0c9188';
const NOTHING = { owned: [], problems: [], degraded: [] };

let aws: SwitchableAws;
let describeElb: typeof loadBalancer.describeLoadBalancer;

/** The module under test, which makes its client when it is loaded. */
const load = (): typeof loadBalancer => require('../../../lambda/drift-checker/control-plane/load-balancer');

beforeAll(async () => {
  aws = await SwitchableAws.start();
  describeElb = load().describeLoadBalancer;
});

beforeEach(() => aws.takeCalls());

afterAll(() => aws.close());

/** What the checker makes of an answer. */
function describing(answer: () => LoadBalancer[] | Promise<LoadBalancer[]>) {
  aws.handlers = {
    'elasticloadbalancing:DescribeLoadBalancers': async () => ({ LoadBalancers: await answer() }),
  };
  return describeElb(ARN);
}

const balancer = (Code: string, more: Partial<LoadBalancer> = {}) =>
  [{ LoadBalancerArn: ARN, State: { Code }, ...more }] as LoadBalancer[];

const zones = (...addresses: Record<string, string>[]): AvailabilityZone[] =>
  addresses.map((address, i) => ({ ZoneName: `eu-west-1${'abc'[i]}`, LoadBalancerAddresses: [address] }));

test('an active Application Load Balancer: nothing but DNS knows its addresses', async () => {
  const answer = balancer('active', { Type: 'application', Scheme: 'internal', AvailabilityZones: zones({}, {}) });
  expect(await describing(() => answer)).toEqual(NOTHING);
  expect(aws.takeCalls()).toEqual([['DescribeLoadBalancers', { LoadBalancerArns: [ARN] }]]);
});

const BOTH = zones(
  { IpAddress: '52.0.0.1', PrivateIPv4Address: '10.0.0.1', AllocationId: 'eipalloc-1' },
  { IpAddress: '52.0.0.2', PrivateIPv4Address: '10.0.0.2', AllocationId: 'eipalloc-2' },
);

test.each([
  ['internal', ['10.0.0.1', '10.0.0.2']],
  ['internet-facing', ['52.0.0.1', '52.0.0.2']],
])('an active Network Load Balancer that is %s owns the addresses of its kind', async (Scheme, owned) => {
  const more = { Type: 'network', Scheme, AvailabilityZones: BOTH } as Partial<LoadBalancer>;
  expect(await describing(() => balancer('active', more))).toEqual({ ...NOTHING, owned });
});

test('a load balancer that is impaired still takes traffic', async () => {
  expect(await describing(() => balancer('active_impaired'))).toEqual(NOTHING);
});

test.each(['provisioning', 'failed'])('a load balancer that is %s is a problem of the upstream', async (state) => {
  expect(await describing(() => balancer(state))).toEqual({
    ...NOTHING,
    balancer: 'unusable',
    problems: [`load balancer ${ARN} is ${state}`],
  });
});

test.each<[what: string, answer: () => LoadBalancer[]]>([
  [
    'is not found',
    () => {
      throw new AwsError('LoadBalancerNotFound', `Load balancers '[${ARN}]' not found`);
    },
  ],
  ['is in no answer', () => []],
])('a load balancer that %s is gone', async (_what, answer) => {
  expect(await describing(answer)).toEqual({
    ...NOTHING,
    balancer: 'unusable',
    problems: [`load balancer ${ARN} is gone`],
  });
});

test('a call that is not allowed makes the reading poorer, and says nothing of the load balancer', async () => {
  const denied = () => {
    throw new AwsError('AccessDenied', 'User is not authorized', 403);
  };
  expect(await describing(denied)).toEqual({
    ...NOTHING,
    balancer: 'unread',
    degraded: ['DescribeLoadBalancers failed: AccessDenied'],
  });
});

test('a call that is throttled is made once more', async () => {
  const failures = [new AwsError('Throttling', 'Rate exceeded')];
  const answer = () => {
    const [failure] = failures.splice(0);
    if (failure) {
      throw failure;
    }
    return balancer('active');
  };
  expect(await describing(answer)).toEqual(NOTHING);
  expect(aws.takeCalls()).toHaveLength(2);
});

test('a call that is never answered is given up', async () => {
  expect(await describing(() => new Promise(() => {}))).toEqual({
    ...NOTHING,
    balancer: 'unread',
    degraded: ['DescribeLoadBalancers failed: TimeoutError'],
  });
  expect(aws.takeCalls()).toHaveLength(2);
}, 15_000);

test('an endpoint where nobody listens is told as that', async () => {
  const [port] = await freePorts(1);
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  await jest.isolateModulesAsync(async () => {
    const { degraded, ...rest } = await load().describeLoadBalancer(ARN);
    expect(rest).toEqual({ owned: [], balancer: 'unread', problems: [] });
    expect(degraded).toEqual([expect.stringMatching(/^DescribeLoadBalancers failed: .*ECONNREFUSED/)]);
  });
});
