import type * as stateTable from '../../../../lambda/controller/aws/state-table';
import { STATE_KEY } from '../../../../lib/contract/state-table';
import { AwsAccount, AwsError } from '../../../../testbed/aws';
import { SwitchableAws } from './aws';

const TABLE = 'states';
const NEW = { name: 'orders', version: 0 };

let aws: SwitchableAws;
let account: AwsAccount;
let table: stateTable.StateTable;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  const { StateTable }: typeof stateTable = require('../../../../lambda/controller/aws/state-table');
  table = new StateTable(TABLE);
});

beforeEach(() => {
  account = new AwsAccount();
  account.tables.create(TABLE, { hash: STATE_KEY });
  aws.handlers = account.handlers;
  aws.takeCalls();
});

afterAll(() => aws.close());

test('a state is the same when it is read, alone or with all others', async () => {
  await table.write(NEW, 'a', 5);
  await table.write({ ...NEW, name: 'payments' }, 'b', 6);
  const orders = { name: 'orders', version: 1, checkedAt: 5, text: 'a' };
  expect(await table.read('orders')).toEqual(orders);
  expect(await table.read('gone')).toBeUndefined();
  expect([...(await table.scan(1000))]).toEqual([
    ['orders', orders],
    ['payments', { name: 'payments', version: 1, checkedAt: 6, text: 'b' }],
  ]);
});

test('of two runs that overlap the second one is refused, whatever they have read', async () => {
  const first = await table.write(NEW, 'first', 0);
  await expect(table.write(NEW, 'second', 0)).rejects.toThrow(
    'another run wrote the state of orders first: what this run found is dropped',
  );
  await table.write(first, 'third', 0);
  await expect(table.write(first, 'fourth', 0)).rejects.toThrow('another run wrote the state of orders first');
  await expect(table.remove(first)).rejects.toThrow('another run wrote the state of orders first');
  expect(await table.read('orders')).toMatchObject({ version: 2, text: 'third' });
});

test('a write whose answer was lost on the way is not refused when it is sent again', async () => {
  let lost = false;
  aws.handlers = {
    ...account.handlers,
    'dynamodb:PutItem': (input) => {
      const answer = account.handlers['dynamodb:PutItem'](input);
      if (!lost) {
        lost = true;
        throw new AwsError('InternalServerError', 'lost', 500);
      }
      return answer;
    },
  };
  expect(await table.write(NEW, 'mine', 0)).toMatchObject({ version: 1 });
  expect(aws.takeCalls()).toHaveLength(2);
});

test('a state is removed, if no other run has written it', async () => {
  await table.remove(await table.write(NEW, 'a', 0));
  expect(await table.read('orders')).toBeUndefined();
});

test('of all states only so many bytes are kept: the others are known by their size, and read one by one', async () => {
  for (const name of ['a', 'b', 'c']) {
    await table.write({ name, version: 0 }, name.repeat(300_000), 0);
  }
  const states = await table.scan(500_000);
  expect([...states.values()].map(({ name, text, size }) => [name, text?.length, size])).toEqual([
    ['a', 300_000, undefined],
    ['b', undefined, 300_000],
    ['c', undefined, 300_000],
  ]);
  expect((await table.read('c'))?.text).toBe('c'.repeat(300_000));
});

test('what another program wrote breaks nothing', async () => {
  account.tables.put(TABLE, { [STATE_KEY]: { S: 'odd' }, version: { S: 'x' }, state: { N: '1' } });
  expect(await table.read('odd')).toEqual({ name: 'odd', version: 0, checkedAt: 0, text: '' });
});

test('a table that is gone is an error', async () => {
  aws.handlers = new AwsAccount().handlers;
  await expect(table.scan(1)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
