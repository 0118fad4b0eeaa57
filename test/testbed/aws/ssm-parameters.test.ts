import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  InvalidNextToken,
  ParameterAlreadyExists,
  ParameterNotFound,
  ParameterVersionNotFound,
  PutParameterCommand,
  paginateGetParametersByPath,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { AwsEndpoints, ssmParameters } from '../../../testbed/aws';

let aws: AwsEndpoints;
let ssm: SSMClient;

async function start(initial: Record<string, string>) {
  aws = await AwsEndpoints.start(ssmParameters(initial));
  ssm = new SSMClient(aws.clientConfig);
}

afterEach(() => aws.close());

const names = (parameters: { Name?: string }[] | undefined) => parameters?.map(({ Name }) => Name);

const byPath = (input: object) => ssm.send(new GetParametersByPathCommand({ Path: '/fleet', ...input }));

test('a parameter is put, read, overwritten and deleted', async () => {
  await start({});
  const Name = '/fleet/a';
  expect(await ssm.send(new PutParameterCommand({ Name, Value: '1', Type: 'String' }))).toMatchObject({ Version: 1 });
  expect(await ssm.send(new PutParameterCommand({ Name, Value: '2', Overwrite: true }))).toMatchObject({ Version: 2 });
  expect((await ssm.send(new GetParameterCommand({ Name }))).Parameter).toEqual({
    Name,
    Value: '2',
    Version: 2,
    Type: 'String',
    DataType: 'text',
    LastModifiedDate: expect.any(Date),
    ARN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/fleet/a',
  });
  await ssm.send(new DeleteParameterCommand({ Name }));
  await expect(ssm.send(new GetParameterCommand({ Name }))).rejects.toThrow(ParameterNotFound);
  await expect(ssm.send(new DeleteParameterCommand({ Name }))).rejects.toThrow(ParameterNotFound);
});

test('former versions of a parameter can be read, the last 100 of them', async () => {
  await start({ '/fleet/a': '1' });
  const put = (Value: string) => ssm.send(new PutParameterCommand({ Name: '/fleet/a', Value, Overwrite: true }));
  for (let version = 2; version <= 101; version += 1) {
    await put(String(version));
  }
  const read = async (version: number) =>
    (await ssm.send(new GetParameterCommand({ Name: `/fleet/a:${version}` }))).Parameter?.Value;
  expect([await read(2), await read(101)]).toEqual(['2', '101']);
  await expect(read(1)).rejects.toThrow(ParameterVersionNotFound);
});

test('a parameter is not overwritten by accident', async () => {
  await start({ '/fleet/a': '1' });
  const put = ssm.send(new PutParameterCommand({ Name: '/fleet/a', Value: '2', Type: 'String' }));
  await expect(put).rejects.toThrow(ParameterAlreadyExists);
  await expect(put).rejects.toThrow(
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
});

test('a value may have 4096 bytes, not characters', async () => {
  await start({});
  const put = (Value: string) => ssm.send(new PutParameterCommand({ Name: '/a', Value, Type: 'String' }));
  await expect(put('é'.repeat(2049))).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      'Standard tier parameters support a maximum parameter value of 4096 characters. ' +
      'To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
  });
  expect(await put('é'.repeat(2048))).toMatchObject({ Version: 1 });
});

test('a new parameter needs a type', async () => {
  await start({});
  await expect(ssm.send(new PutParameterCommand({ Name: '/a', Value: '1' }))).rejects.toThrow(
    'A parameter type is required when you create a parameter.',
  );
});

test('a path ends at a slash and goes one level down unless recursive', async () => {
  await start({ '/fleet/b': '1', '/fleet/a': '1', '/fleet/a/deep': '1', '/fleets/c': '1', '/fleet': '1' });
  expect(names((await byPath({})).Parameters)).toEqual(['/fleet/a', '/fleet/b']);
  expect(names((await byPath({ Path: '/fleet/', Recursive: true })).Parameters)).toEqual([
    '/fleet/a',
    '/fleet/a/deep',
    '/fleet/b',
  ]);
});

test('pages have ten parameters at most', async () => {
  const all = Array.from({ length: 23 }, (_, index) => `/fleet/${String(index).padStart(2, '0')}`);
  await start(Object.fromEntries(all.map((name) => [name, '1'])));
  const pages: unknown[] = [];
  for await (const page of paginateGetParametersByPath({ client: ssm }, { Path: '/fleet' })) {
    pages.push(names(page.Parameters));
  }
  expect(pages).toEqual([all.slice(0, 10), all.slice(10, 20), all.slice(20)]);
  expect(names((await byPath({ MaxResults: 3 })).Parameters)).toEqual(all.slice(0, 3));
});

test('bad paging and paths are refused', async () => {
  await start({});
  await expect(byPath({ MaxResults: 11 })).rejects.toThrow(
    '1 validation error detected: MaxResults must be between 1 and 10, not 11',
  );
  await expect(byPath({ NextToken: 'x' })).rejects.toThrow(InvalidNextToken);
  await expect(byPath({ Path: 'fleet' })).rejects.toThrow(
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with "/".',
  );
});
