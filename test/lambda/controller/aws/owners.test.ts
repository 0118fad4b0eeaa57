import type * as owners from '../../../../lambda/controller/aws/owners';
import { TimeLimit } from '../../../../lambda/controller/aws/time-limit';
import { AwsAccount, AwsError } from '../../../../testbed/aws';
import { SwitchableAws } from './aws';

let aws: SwitchableAws;
let account: AwsAccount;

/** The module under test, which makes its clients when it is loaded. */
const load = (): typeof owners => require('../../../../lambda/controller/aws/owners');

beforeAll(async () => {
  aws = await SwitchableAws.start();
});

beforeEach(() => {
  account = new AwsAccount();
  aws.handlers = account.handlers;
});

afterAll(() => aws.close());

/** Whose the address is for a proxy with one task and one load balancer. */
async function ownerOf(address: string, dnsName = 'elb.test', taskAddresses = ['10.0.0.7']) {
  const time = new TimeLimit(20_000);
  const query = { addresses: [address], upstreams: [{ dnsName, port: 80 }], taskAddresses };
  const { ownersOf, degraded } = await load().readOwners([query], time);
  time.clear();
  return { owners: ownersOf(query), degraded };
}

test('an interface in the VPC of the tasks says what it is for', async () => {
  account.addStranger({ address: '10.0.0.7', description: 'task' });
  account.addStranger({ address: '10.0.0.9', description: 'RDSNetworkInterface' });
  expect(await ownerOf('10.0.0.9')).toEqual({
    owners: { '10.0.0.9': expect.stringMatching(/^eni-\w+ \(RDSNetworkInterface\)/) },
    degraded: [],
  });
});

test('a private address says nothing where the VPC of the tasks is not known', async () => {
  account.addStranger({ address: '10.0.0.9', description: 'RDSNetworkInterface' });
  expect(await ownerOf('10.0.0.9')).toEqual({ owners: {}, degraded: [] });
});

test('an address without an interface has no owner', async () => {
  account.addStranger({ address: '10.0.0.7', description: 'task' });
  expect(await ownerOf('10.0.0.9')).toEqual({ owners: {}, degraded: [] });
});

test.each([
  ['internal-orders-1234567890.eu-west-1.elb.amazonaws.com', false],
  ['internal-other-1234567890.eu-west-1.elb.amazonaws.com', true],
  // An alias may be of any load balancer.
  ['shop.example.com', false],
])('an interface of the load balancer orders is a stranger of %s: %s', async (dnsName, stranger) => {
  account.addStranger({ address: '10.0.0.7', description: 'task' });
  account.addStranger({ address: '10.0.0.9', description: 'ELB app/orders/0123456789abcdef' });
  expect(Object.keys((await ownerOf('10.0.0.9', dnsName)).owners)).toEqual(stranger ? ['10.0.0.9'] : []);
});

test('a call without permission is named, and no address has an owner', async () => {
  aws.handlers = {
    ...account.handlers,
    'ec2:DescribeNetworkInterfaces': () => {
      throw new AwsError('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);
    },
  };
  expect(await ownerOf('10.0.0.9')).toEqual({
    owners: {},
    degraded: [
      'DescribeNetworkInterfaces failed: UnauthorizedOperation: You are not authorized to perform this operation.',
    ],
  });
});
