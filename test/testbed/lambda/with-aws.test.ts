import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsEndpoints, ssmParameters } from '../../../testbed/aws';
import { LocalLambda } from '../../../testbed/lambda';

// The SDK out of node_modules, with its whole credential chain, finds everything in the environment.
const HANDLER = `
  import { createRequire } from 'node:module';
  const { SSMClient, GetParameterCommand } = createRequire(${JSON.stringify(__filename)})('@aws-sdk/client-ssm');
  const ssm = new SSMClient();
  export const handler = async ({ Name }) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter.Value;
`;

test('a handler reaches the endpoints through its environment alone', async () => {
  const taskRoot = mkdtempSync(join(tmpdir(), 'local-lambda-'));
  writeFileSync(join(taskRoot, 'index.mjs'), HANDLER);
  const aws = await AwsEndpoints.start(ssmParameters({ '/fleet/a': 'here' }));
  const settings = { taskRoot, handler: 'index.handler', timeoutMs: 60_000, memoryMb: 256 };
  const lambda = new LocalLambda({ ...settings, environment: aws.environment });
  try {
    expect(await lambda.invoke({ Name: '/fleet/a' })).toMatchObject({ payload: 'here' });
    expect(await lambda.invoke({ Name: '/fleet/b' })).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'ParameterNotFound' },
    });
    expect(aws.calls.map(({ input }) => input)).toEqual([{ Name: '/fleet/a' }, { Name: '/fleet/b' }]);
  } finally {
    await lambda.stop();
    await aws.close();
    rmSync(taskRoot, { recursive: true });
  }
});
