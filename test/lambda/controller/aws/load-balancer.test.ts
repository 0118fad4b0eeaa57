import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { AvailabilityZone, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type * as loadBalancer from '../../../../lambda/controller/aws/load-balancer';
import type { RegistryUpstream } from '../../../../lib/contract/registry-record';
import { AwsError } from '../../../../testbed/aws';
import { freePorts } from '../../../../testbed/ports';
import { SwitchableAws } from './aws';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:checker';
const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/orders/50dc6c495c0c9188';
const UPSTREAM: RegistryUpstream = { dnsName: 'elb.test', port: 80, loadBalancerArn: ARN };
const NOT_ASKED = { owned: [], problems: [], degraded: [] };
const NOTHING = { ...NOT_ASKED, interfaces: [] };

let aws: SwitchableAws;
let balancerReader: typeof loadBalancer.balancerReader;

/** The module under test, which makes its clients when it is loaded. */
const load = (): typeof loadBalancer => require('../../../../lambda/controller/aws/load-balancer');

beforeAll(async () => {
  aws = await SwitchableAws.start();
  balancerReader = load().balancerReader;
});

beforeEach(() => aws.takeCalls());

afterAll(() => aws.close());

/** What AWS answers: the load balancers, and pages of network interfaces. */
function awsHas(balancers: () => LoadBalancer[] | Promise<LoadBalancer[]>, ...pages: NetworkInterface[][]): void {
  aws.handlers = {
    'elasticloadbalancing:DescribeLoadBalancers': async () => ({ LoadBalancers: await balancers() }),
    'ec2:DescribeNetworkInterfaces': ({ NextToken }) => {
      const page = Number(NextToken ?? 0);
      return {
        NetworkInterfaces: pages[page] ?? [],
        NextToken: page + 1 < pages.length ? String(page + 1) : undefined,
      };
    },
  };
}

/** What the checker makes of it. */
const readBalancer = (upstream = UPSTREAM) => balancerReader(FUNCTION)(upstream);

const balancer = (Code: string, more: Partial<LoadBalancer> = {}) =>
  [{ LoadBalancerArn: ARN, Scheme: 'internal', State: { Code }, ...more }] as LoadBalancer[];

const operations = () => aws.takeCalls().map(([operation]) => operation);

describe('the addresses of a load balancer', () => {
  const INTERFACES: NetworkInterface[][] = [
    [
      {
        PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1', Association: { PublicIp: '52.0.0.1' } }],
        Ipv6Addresses: [{ Ipv6Address: 'fd00::1' }],
      },
      { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.2', Association: { PublicIp: '52.0.0.2' } }] },
    ],
    [{ PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.3', Association: { PublicIp: '52.0.0.3' } }] }],
  ];

  test.each([
    ['internal', ['10.0.0.1', 'fd00::1', '10.0.0.2', '10.0.0.3']],
    ['internet-facing', ['52.0.0.1', 'fd00::1', '52.0.0.2', '52.0.0.3']],
  ] as const)(
    'are those of its interfaces, of the kind that an %s one shows, of all pages',
    async (Scheme, addresses) => {
      awsHas(() => balancer('active', { Type: 'application', Scheme }), ...INTERFACES);
      expect(await readBalancer()).toEqual({ ...NOTHING, interfaces: addresses });
      expect(aws.takeCalls()).toEqual([
        ['DescribeLoadBalancers', { LoadBalancerArns: [ARN] }],
        ...[undefined, '1'].map((NextToken) => [
          'DescribeNetworkInterfaces',
          {
            Filters: [
              { Name: 'description', Values: ['ELB net/orders/50dc6c495c0c9188'] },
              { Name: 'status', Values: ['in-use'] },
            ],
            MaxResults: '1000',
            ...(NextToken && { NextToken }),
          },
        ]),
      ]);
    },
  );

  const ZONES: AvailabilityZone[] = [
    { LoadBalancerAddresses: [{ IpAddress: '52.0.0.1', PrivateIPv4Address: '10.0.0.1', IPv6Address: 'fd00::1' }] },
    { LoadBalancerAddresses: [{ IpAddress: '52.0.0.2', PrivateIPv4Address: '10.0.0.2' }] },
    {},
  ];

  test.each([
    ['internal', ['10.0.0.1', 'fd00::1', '10.0.0.2']],
    ['internet-facing', ['52.0.0.1', 'fd00::1', '52.0.0.2']],
  ] as const)('are fixed where a Network Load Balancer is %s and has them', async (Scheme, owned) => {
    awsHas(() => balancer('active', { Type: 'network', Scheme, AvailabilityZones: ZONES }));
    expect(await readBalancer()).toEqual({ ...NOTHING, owned });
  });

  test('are not known when its interfaces cannot be read, and the result reports it', async () => {
    awsHas(() => balancer('active'));
    aws.handlers['ec2:DescribeNetworkInterfaces'] = () => {
      throw new AwsError('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);
    };
    expect(await readBalancer()).toEqual({
      ...NOT_ASKED,
      degraded: [
        'DescribeNetworkInterfaces failed: UnauthorizedOperation: You are not authorized to perform this operation.',
      ],
    });
  });
});

describe('who is asked', () => {
  test('a load balancer that is known by its name', async () => {
    awsHas(() => balancer('active'), [{ PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }] }]);
    const upstream = { dnsName: 'elb.test', port: 80, loadBalancerName: 'orders' };
    expect(await readBalancer(upstream)).toEqual({ ...NOTHING, interfaces: ['10.0.0.1'] });
    expect(aws.takeCalls()).toEqual([
      ['DescribeLoadBalancers', { Names: ['orders'] }],
      [
        'DescribeNetworkInterfaces',
        expect.objectContaining({
          Filters: expect.arrayContaining([{ Name: 'description', Values: ['ELB net/orders/50dc6c495c0c9188'] }]),
        }),
      ],
    ]);
  });

  test('one load balancer once, however many proxies have it', async () => {
    awsHas(() => balancer('active'));
    const read = balancerReader(FUNCTION);
    const readings = await Promise.all([UPSTREAM, UPSTREAM, { ...UPSTREAM, port: 443 }].map(read));
    expect(readings).toEqual([NOTHING, NOTHING, NOTHING]);
    expect(operations()).toEqual(['DescribeLoadBalancers', 'DescribeNetworkInterfaces']);
  });

  test.each([
    ['a name alone', undefined],
    ['a Classic Load Balancer', 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/orders'],
    ['a load balancer of another account', ARN.replace('123456789012', '210987654321')],
    ['a load balancer of another region', ARN.replace('eu-west-1', 'eu-north-1')],
  ])('no API about %s', async (_what, loadBalancerArn) => {
    expect(await readBalancer({ ...UPSTREAM, loadBalancerArn })).toEqual(NOT_ASKED);
    expect(operations()).toEqual([]);
  });
});

describe('the state of a load balancer', () => {
  test('may be impaired: it still takes traffic', async () => {
    awsHas(() => balancer('active_impaired'));
    expect(await readBalancer()).toEqual(NOTHING);
  });

  test.each(['provisioning', 'failed'])('is a problem of the upstream when it is %s', async (state) => {
    awsHas(() => balancer(state));
    expect(await readBalancer()).toEqual({
      ...NOT_ASKED,
      balancer: 'unusable',
      problems: [`load balancer ${ARN} is ${state}`],
    });
  });

  test.each<[what: string, answer: () => LoadBalancer[]]>([
    [
      'it is not found',
      () => {
        throw new AwsError('LoadBalancerNotFound', `Load balancers '[${ARN}]' not found`);
      },
    ],
    ['it is in no answer', () => []],
  ])('is gone when %s', async (_what, answer) => {
    awsHas(answer);
    expect(await readBalancer()).toEqual({
      ...NOT_ASKED,
      balancer: 'unusable',
      problems: [`load balancer ${ARN} is gone`],
    });
  });
});

describe('a call', () => {
  test('that is not allowed leaves the addresses unknown, and the load balancer too', async () => {
    awsHas(() => {
      throw new AwsError('AccessDenied', 'User is not authorized', 403);
    });
    expect(await readBalancer()).toEqual({
      ...NOT_ASKED,
      balancer: 'unread',
      degraded: ['DescribeLoadBalancers failed: AccessDenied: User is not authorized'],
    });
  });

  test('that is throttled is made once more', async () => {
    const failures = [new AwsError('Throttling', 'Rate exceeded')];
    awsHas(() => {
      const [failure] = failures.splice(0);
      if (failure) {
        throw failure;
      }
      return balancer('active');
    });
    expect(await readBalancer()).toEqual(NOTHING);
    expect(operations()).toEqual(['DescribeLoadBalancers', 'DescribeLoadBalancers', 'DescribeNetworkInterfaces']);
  });

  test('that is never answered is given up', async () => {
    awsHas(() => new Promise(() => {}));
    expect(await readBalancer()).toEqual({
      ...NOT_ASKED,
      balancer: 'unread',
      degraded: [expect.stringMatching(/^DescribeLoadBalancers failed: TimeoutError: .+ 2000 ms/)],
    });
    expect(operations()).toHaveLength(2);
  }, 15_000);

  test('to an endpoint where no process listens fails with the reason', async () => {
    const [port] = await freePorts(1);
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    await jest.isolateModulesAsync(async () => {
      const { degraded, ...rest } = await load().balancerReader(FUNCTION)(UPSTREAM);
      expect(rest).toEqual({ owned: [], balancer: 'unread', problems: [] });
      expect(degraded).toEqual([expect.stringMatching(/^DescribeLoadBalancers failed: .*ECONNREFUSED/)]);
    });
  });
});
