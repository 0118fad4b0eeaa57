import type * as loadBalancers from '../../../../lambda/controller/aws/load-balancers';
import { TimeLimit } from '../../../../lambda/controller/aws/time-limit';
import type { RegistryUpstream } from '../../../../lib/contract/registry-record';
import { AwsAccount, AwsError, type AwsHandlers } from '../../../../testbed/aws';
import { freePorts } from '../../../../testbed/ports';
import { SwitchableAws } from './aws';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:checker';
const NOTHING = { owned: [], readable: true, problems: [], degraded: [] };

let aws: SwitchableAws;
let account: AwsAccount;

/** The module under test, which makes its clients when it is loaded. */
const load = (): typeof loadBalancers => require('../../../../lambda/controller/aws/load-balancers');

beforeAll(async () => {
  aws = await SwitchableAws.start();
});

beforeEach(() => {
  aws.takeCalls();
  account = new AwsAccount();
  aws.handlers = account.handlers;
});

afterAll(() => aws.close());

const ofArn = (loadBalancerArn: string): RegistryUpstream => ({ dnsName: 'elb.test', port: 80, loadBalancerArn });

/** What the controller knows of load balancers, in their order. */
async function read(upstreams: readonly RegistryUpstream[], { readBalancers } = load()) {
  const time = new TimeLimit(20_000);
  const balancerOf = await readBalancers(upstreams, FUNCTION, time);
  time.clear();
  return upstreams.map(balancerOf);
}

const operations = () => aws.takeCalls().map(([operation]) => operation);

/** Replaces an answer of the account. */
function answer(handlers: AwsHandlers): void {
  aws.handlers = { ...account.handlers, ...handlers };
}

describe('the addresses of a load balancer', () => {
  test.each(['internal', 'internet-facing'] as const)('are those of its interfaces when it is %s', async (scheme) => {
    const zones = { 'eu-west-1a': ['52.0.0.1', 'fd00::1'], 'eu-west-1b': ['52.0.0.2'] };
    const { arn } = account.setBalancer({ name: 'orders', scheme, zones });
    account.addStranger({ address: '52.0.0.9', description: 'RDSNetworkInterface' });
    expect(await read([ofArn(arn)])).toEqual([
      { ...NOTHING, interfaces: ['52.0.0.1', 'fd00::1', '52.0.0.2'], routing: 'any' },
    ]);
  });

  test('are fixed where the API names them', async () => {
    const { arn } = account.setBalancer({ name: 'tcp', type: 'net', zones: { 'eu-west-1a': ['10.0.0.1'] } });
    expect(await read([ofArn(arn)])).toEqual([
      { ...NOTHING, owned: ['10.0.0.1'], interfaces: ['10.0.0.1'], routing: 'any' },
    ]);
  });

  test('are not known when its interfaces cannot be read, and the result says so', async () => {
    const { arn } = account.setBalancer({ name: 'orders', zones: { 'eu-west-1a': ['10.0.0.1'] } });
    answer({
      'ec2:DescribeNetworkInterfaces': () => {
        throw new AwsError('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);
      },
    });
    expect(await read([ofArn(arn)])).toEqual([
      {
        ...NOTHING,
        routing: 'any',
        degraded: [
          'DescribeNetworkInterfaces failed: UnauthorizedOperation: You are not authorized to perform this operation.',
        ],
      },
    ]);
  });

  test('are given by zone where its name answers each zone differently', async () => {
    const zones = { 'eu-west-1a': ['10.0.0.1'], 'eu-west-1b': ['10.0.1.1'] };
    const routing = 'partial_availability_zone_affinity';
    const { arn } = account.setBalancer({ name: 'zonal', type: 'net', zones, routing });
    const [found] = await read([ofArn(arn)]);
    expect(found).toMatchObject({ routing: 'zonal', zones: ['eu-west-1a', 'eu-west-1b'] });
    aws.takeCalls();
    await read([ofArn(arn)]);
    expect(operations()).not.toContain('DescribeLoadBalancerAttributes');
  });
});

describe('many load balancers', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      ofArn(account.setBalancer({ name: `elb-${i}`, zones: { 'eu-west-1a': [`10.0.${i >> 8}.${i & 255}`] } }).arn),
    );

  test('take a call for 20 of them, and one for the interfaces of 200', async () => {
    const upstreams = many(250);
    const found = await read([...upstreams, ...upstreams]);
    expect(found.slice(0, 250).map(({ interfaces }) => interfaces)).toEqual(
      upstreams.map((_, i) => [`10.0.${i >> 8}.${i & 255}`]),
    );
    const made = operations();
    expect(made.filter((one) => one === 'DescribeLoadBalancers')).toHaveLength(13);
    expect(made.filter((one) => one === 'DescribeNetworkInterfaces')).toHaveLength(2);
  });

  test('are found although one of them is gone', async () => {
    const upstreams = many(20);
    const gone = upstreams[7]!.loadBalancerArn!;
    account.loadBalancers.delete(gone);
    const found = await read(upstreams);
    expect(found.filter(({ interfaces }) => interfaces?.length === 1)).toHaveLength(19);
    expect(found[7]).toEqual({ ...NOTHING, balancer: 'unusable', problems: [`load balancer ${gone} is gone`] });
  });

  test('of which one call fails are known but for those of the call', async () => {
    const upstreams = many(30);
    let calls = 0;
    answer({
      'elasticloadbalancing:DescribeLoadBalancers': (input) => {
        calls += 1;
        if (input.LoadBalancerArns?.includes(upstreams[0]!.loadBalancerArn!)) {
          throw new AwsError('InternalFailure', 'try later', 500);
        }
        return account.handlers['elasticloadbalancing:DescribeLoadBalancers'](input);
      },
    });
    const found = await read(upstreams);
    expect(found.filter(({ balancer }) => balancer === 'unread')).toHaveLength(20);
    expect(found.filter(({ interfaces }) => interfaces?.length === 1)).toHaveLength(10);
    expect(calls).toBe(3);
  });
});

describe('who is asked', () => {
  test('a load balancer that is known by its name', async () => {
    account.setBalancer({ name: 'orders', zones: { 'eu-west-1a': ['10.0.0.1'] } });
    const [found] = await read([{ dnsName: 'elb.test', port: 80, loadBalancerName: 'orders' }]);
    expect(found).toEqual({ ...NOTHING, interfaces: ['10.0.0.1'], routing: 'any' });
  });

  const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/orders/50dc6c495c0c9188';
  test.each([
    ['a name alone', undefined],
    ['a Classic Load Balancer', 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/orders'],
    ['a load balancer of another account', ARN.replace('123456789012', '210987654321')],
    ['a load balancer of another region', ARN.replace('eu-west-1', 'eu-north-1')],
  ])('no API about %s', async (_what, loadBalancerArn) => {
    const upstream = { dnsName: 'elb.test', port: 80, ...(loadBalancerArn && { loadBalancerArn }) };
    expect(await read([upstream])).toEqual([{ ...NOTHING, readable: false }]);
    expect(operations()).toEqual([]);
  });
});

describe('the state of a load balancer', () => {
  test('may be impaired: it still takes traffic', async () => {
    const { arn } = account.setBalancer({ name: 'orders', zones: {}, state: 'active_impaired' });
    expect(await read([ofArn(arn)])).toEqual([{ ...NOTHING, interfaces: [], routing: 'any' }]);
  });

  test.each(['provisioning', 'failed'] as const)('is a problem of the upstream when it is %s', async (state) => {
    const { arn } = account.setBalancer({ name: 'orders', zones: {}, state });
    expect(await read([ofArn(arn)])).toEqual([
      { ...NOTHING, balancer: 'unusable', problems: [`load balancer ${arn} is ${state}`] },
    ]);
  });
});

describe('a call', () => {
  const unread = (reason: unknown) => [{ ...NOTHING, balancer: 'unread', degraded: [reason] }];

  test('that is throttled is made once more', async () => {
    const { arn } = account.setBalancer({ name: 'orders', zones: {} });
    const failures = [new AwsError('Throttling', 'Rate exceeded')];
    answer({
      'elasticloadbalancing:DescribeLoadBalancers': (input) => {
        const [failure] = failures.splice(0);
        if (failure) {
          throw failure;
        }
        return account.handlers['elasticloadbalancing:DescribeLoadBalancers'](input);
      },
    });
    expect(await read([ofArn(arn)])).toEqual([{ ...NOTHING, interfaces: [], routing: 'any' }]);
  });

  test('that is never answered is given up', async () => {
    const { arn } = account.setBalancer({ name: 'orders', zones: {} });
    answer({ 'elasticloadbalancing:DescribeLoadBalancers': () => new Promise(() => {}) });
    expect(await read([ofArn(arn)])).toEqual(
      // The SDK says why in two ways, whichever of its two timers is first.
      unread(expect.stringMatching(/^DescribeLoadBalancers failed: (AWS SDK error wrapper for )?TimeoutError: /)),
    );
  }, 30_000);

  test('to an endpoint where no process listens fails with the reason', async () => {
    const { arn } = account.setBalancer({ name: 'orders', zones: {} });
    const [port] = await freePorts(1);
    const before = process.env.AWS_ENDPOINT_URL;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    await jest.isolateModulesAsync(async () => {
      expect(await read([ofArn(arn)], load())).toEqual(
        unread(expect.stringMatching(/^DescribeLoadBalancers failed: .*ECONNREFUSED/)),
      );
    });
    process.env.AWS_ENDPOINT_URL = before;
  });
});
