import type * as secrets from '../../../../lambda/controller/aws/secrets';
import { AwsError, ssmParameters } from '../../../../testbed/aws';
import { SwitchableAws } from './aws';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:proxy/tls';
const NAME = '/aws/reference/secretsmanager/proxy/tls';
const SECRET = { cert: 'CERT', key: 'KEY', ca: 'CA' };

let aws: SwitchableAws;
let secretReader: typeof secrets.secretReader;

beforeAll(async () => {
  aws = await SwitchableAws.start();
  ({ secretReader } = require('../../../../lambda/controller/aws/secrets') as typeof secrets);
});

beforeEach(() => aws.takeCalls());

afterAll(() => aws.close());

test.each([
  ['a whole ARN', `${ARN}-AbCdEf`],
  ['an ARN without the suffix', ARN],
  ['a name', 'proxy/tls'],
])('a secret is read by its name, out of %s, and once', async (_what, arn) => {
  aws.handlers = ssmParameters({ [NAME]: JSON.stringify(SECRET) });
  const read = secretReader();
  expect(await Promise.all([read(arn), read(arn)])).toEqual([SECRET, SECRET]);
  expect(aws.takeCalls()).toEqual([['GetParameter', { Name: NAME, WithDecryption: true }]]);
});

test.each([
  ['is no JSON', 'KEY', 'cert, key, ca'],
  ['has not all fields', '{"cert":"CERT","key":1}', 'key, ca'],
])('a secret that %s is reported by its name, without its content', async (_what, text, missing) => {
  aws.handlers = ssmParameters({ [NAME]: text });
  await expect(secretReader()(ARN)).rejects.toThrow(
    `secret proxy/tls has no ${missing}: it must be JSON with cert, key and ca, PEM each`,
  );
});

test('a secret that may not be read is an error', async () => {
  aws.handlers = {
    'ssm:GetParameter': () => {
      throw new AwsError('AccessDeniedException', 'not authorized to perform: secretsmanager:GetSecretValue');
    },
  };
  await expect(secretReader()(ARN)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
