import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetParameterCommand, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import { AwsEndpoints } from '../../../testbed/aws';

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. ' +
  'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const GET_PARAMETER = new GetParameterCommand({ Name: '/a' });

let aws: AwsEndpoints;

beforeAll(async () => {
  aws = await AwsEndpoints.start({ 'ssm:GetParameter': () => ({ Parameter: { Name: '/a' } }) });
});

afterEach(() => {
  aws.calls.length = 0;
});

afterAll(() => aws.close());

const credentials = (changes: object) => ({ credentials: { ...aws.clientConfig.credentials, ...changes } });

const refused: Array<[what: string, config: () => SSMClientConfig, name: string, message: string]> = [
  ['a wrong secret', () => credentials({ secretAccessKey: 'x' }), 'InvalidSignatureException', MISMATCH],
  [
    'an unknown key',
    () => credentials({ accessKeyId: 'x' }),
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  [
    'a forgotten session token',
    () => credentials({ sessionToken: undefined }),
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  [
    'another region',
    () => ({ region: 'us-east-1' }),
    'InvalidSignatureException',
    expect.stringMatching(
      /^Credential should be scoped to eu-west-1\/ssm\/aws4_request, not to \d{8}\/us-east-1\/ssm\/aws4_request\.$/,
    ),
  ],
  [
    'no signature',
    () => ({ signer: { sign: async (request) => request } }) as SSMClientConfig,
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ],
];

test.each(refused)('%s is refused', async (_what, config, name, message) => {
  await expect(getParameter(config())).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode: 403 } });
  expect(aws.calls).toEqual([]);
});

test('an awsQuery service refuses with its own codes', async () => {
  const elb = new ElasticLoadBalancingV2Client({ ...aws.clientConfig, ...credentials({ secretAccessKey: 'x' }) });
  await expect(elb.send(new DescribeLoadBalancersCommand({}))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
    message: MISMATCH,
  });
});

const EXPIRED = /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/;
const EARLY = /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)$/;

test.each([
  ['behind', -10, EXPIRED],
  ['ahead', 10, EARLY],
])('a clock %s is refused, and the SDK sets its own by the answer', async (_what, minutes, message) => {
  const ssm = new SSMClient({ ...aws.clientConfig, systemClockOffset: minutes * 60_000, maxAttempts: 1 });
  await expect(ssm.send(GET_PARAMETER)).rejects.toMatchObject({
    name: 'InvalidSignatureException',
    message: expect.stringMatching(message),
  });
  expect(await ssm.send(GET_PARAMETER)).toMatchObject({ Parameter: { Name: '/a' } });
});

test('a request that was changed on its way is refused', async () => {
  const ssm = new SSMClient(aws.clientConfig);
  ssm.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: '{"Name":"/b"}' });
      return next(args);
    },
    { step: 'deserialize' },
  );
  await expect(ssm.send(GET_PARAMETER)).rejects.toMatchObject({ message: MISMATCH });
});

function getParameter(config: SSMClientConfig) {
  return new SSMClient({ ...aws.clientConfig, ...config }).send(GET_PARAMETER);
}
