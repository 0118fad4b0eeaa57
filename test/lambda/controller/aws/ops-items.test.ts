import type { CreateOpsItemRequest } from '@aws-sdk/client-ssm';
import type * as opsItems from '../../../../lambda/controller/aws/ops-items';
import { SwitchableAws } from './aws';

let aws: SwitchableAws;
let openOpsItem: typeof opsItems.openOpsItem;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ openOpsItem } = require('../../../../lambda/controller/aws/ops-items') as typeof opsItems);
});

afterAll(() => aws.close());

test('an incident on hundreds of slots has an OpsItem, with as much of its message as there is room for', async () => {
  aws.handlers = { 'ssm:CreateOpsItem': () => ({ OpsItemId: 'oi-1' }) };
  const slots = Array.from({ length: 400 }, (_, i) => `upstream/elb${i + 1}`).join(', ');
  const message = `task-1 sends to 10.0.0.9 (${slots}), which elb.test no longer has`;
  const subject = { id: 'a', proxy: 'orders', kind: 'stale-address', severity: 'critical', message } as const;
  expect(await openOpsItem(subject)).toBe('oi-1');
  const [[, input]] = aws.takeCalls() as [[string, CreateOpsItemRequest]];
  expect(message.startsWith(input.Description!)).toBe(true);
  expect(input.Description).toHaveLength(1024);
});
