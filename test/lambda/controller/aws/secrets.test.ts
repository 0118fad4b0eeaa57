import type * as secrets from '../../../../lambda/controller/aws/secrets';
import { TimeLimit } from '../../../../lambda/controller/aws/time-limit';
import { AwsAccount } from '../../../../testbed/aws';
import { SwitchableAws } from './aws';

const SECRET = { cert: 'CERT', key: 'KEY', ca: 'CA' };

let aws: SwitchableAws;
let account: AwsAccount;
let readSecrets: typeof secrets.readSecrets;
const time = new TimeLimit(60_000);

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ readSecrets } = require('../../../../lambda/controller/aws/secrets') as typeof secrets);
});

beforeEach(() => {
  aws.takeCalls();
  account = new AwsAccount();
  aws.handlers = account.handlers;
});

afterAll(async () => {
  time.clear();
  await aws.close();
});

test('a secret is read once, and has the three members alone', async () => {
  const arn = account.secrets.set('proxy/tls', JSON.stringify({ ...SECRET, note: 'x' }));
  const secretOf = await readSecrets([arn, arn], time);
  expect(secretOf(arn)).toEqual(SECRET);
  expect(aws.takeCalls()).toEqual([['GetSecretValue', { SecretId: arn }]]);
});

test.each([
  ['is no JSON', 'KEY', 'cert, key, ca'],
  ['has not all fields', '{"cert":"CERT","key":1}', 'key, ca'],
])('a secret that %s is reported by its name, without its content', async (_what, text, missing) => {
  const arn = account.secrets.set('proxy/tls', text);
  expect((await readSecrets([arn], time))(arn)).toEqual({
    failed: `secret proxy/tls-AbCdEf has no ${missing}: it must be JSON with cert, key and ca, PEM each`,
  });
});

test('a secret that is gone fails alone', async () => {
  const arn = account.secrets.set('proxy/tls', JSON.stringify(SECRET));
  const secretOf = await readSecrets(['gone', arn], time);
  expect(secretOf('gone')).toEqual({
    failed: "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
  });
  expect(secretOf(arn)).toEqual(SECRET);
});
