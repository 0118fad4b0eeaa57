import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConcurrentLambda, LambdaFailure, LocalLambda, lambdaNode } from '../../../testbed/lambda';

const HANDLER = `
  console.log('init');
  let count = 0;
  const actions = {
    count: () => ({ count: ++count, pid: process.pid }),
    fail: () => { throw new TypeError('no such thing'); },
    time: (context) => ({ date: new Date(), now: Date.now(), left: context.getRemainingTimeInMillis(), isDate: new Date(0) instanceof Date }),
    log: () => { console.log('one'); process.stderr.write('two\\n'); console.error({ three: 3 }); },
    environment: () => process.env,
    node: () => process.version,
    context: (context) => ({ ...context, remaining: context.getRemainingTimeInMillis() }),
    hang: () => { console.log('hanging'); return new Promise(() => setInterval(() => {}, 1000)); },
    spin: () => { for (;;); },
    exit: () => { console.log('leaving'); process.exit(3); },
    take: ({ megabytes }) => Buffer.alloc(megabytes * 1024 * 1024, 1).length,
    forget: () => new Promise(() => {}),
  };
  export const handler = async ({ action, ...more }, context) => actions[action](action === 'take' ? more : context);
`;

const folders: string[] = [];
const lambdas: { stop(): Promise<void> }[] = [];

function bundle(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-lambda-'));
  folders.push(folder);
  writeFileSync(join(folder, 'index.mjs'), code);
  return folder;
}

function local(
  code = HANDLER,
  settings: {
    timeoutMs?: number;
    memoryMb?: number;
    clockAhead?: () => number;
    environment?: Record<string, string>;
  } = {},
) {
  const taskRoot = bundle(code);
  const lambda = new LocalLambda({
    taskRoot,
    handler: 'index.handler',
    environment: {},
    timeoutMs: 60_000,
    memoryMb: 256,
    ...settings,
  });
  lambdas.push(lambda);
  return lambda;
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const pidOf = async (lambda: LocalLambda) => {
  const { payload } = await lambda.invoke({ action: 'count' });
  return (payload as { pid: number }).pid;
};

/** Drops the time and the request id that the runtime writes before a line. */
const messages = (logs: readonly string[]) => logs.map((line) => line.replace(/^\S+Z\t\S+\t/, ''));

afterAll(async () => {
  await Promise.all(lambdas.map((lambda) => lambda.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test('a process stays from one invocation to the next, until a restart', async () => {
  const lambda = local();
  const first = await lambda.invoke({ action: 'count' });
  const second = await lambda.invoke({ action: 'count' });
  await lambda.restart();
  const third = await lambda.invoke({ action: 'count' });

  expect(first).toMatchObject({ payload: { count: 1 }, initMs: expect.any(Number), durationMs: expect.any(Number) });
  expect(first.functionError).toBeUndefined();
  expect(second).toMatchObject({ payload: { count: 2 } });
  expect(second.initMs).toBeUndefined();
  expect(third).toMatchObject({ payload: { count: 1 }, initMs: expect.any(Number) });
});

test('what the handler throws is a result', async () => {
  const lambda = local();
  expect(await lambda.invoke({ action: 'fail' })).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'TypeError', errorMessage: 'no such thing' },
  });
  expect(await lambda.invoke({ action: 'count' })).toMatchObject({ payload: { count: 1 } });
});

test('the lines of an invocation are its own', async () => {
  const lambda = local();
  expect(messages((await lambda.invoke({ action: 'count' })).logs)).toEqual(['INFO\tinit']);
  expect(messages((await lambda.invoke({ action: 'log' })).logs)).toEqual(['INFO\tone', 'two', 'ERROR\t{ three: 3 }']);
  expect((await lambda.invoke({ action: 'count' })).logs).toEqual([]);
});

test('it runs on the Node of the runtime, where it can be had', async () => {
  const { major } = await lambdaNode();
  const { payload } = await local().invoke({ action: 'node' });
  expect(payload).toMatch(new RegExp(`^v${major}\\.`));
});

test('the environment is that of Lambda, with the caller on top', async () => {
  process.env.LOCAL_LAMBDA_TEST = 'of the parent';
  const lambda = local(HANDLER, { environment: { AWS_REGION: 'us-east-1', OWN: 'yes' } });
  const { payload } = await lambda.invoke({ action: 'environment' });
  expect(payload).toEqual({
    PATH: process.env.PATH,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: expect.any(String),
    LAMBDA_RUNTIME_DIR: expect.any(String),
    _HANDLER: 'index.handler',
    _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/),
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${(await lambdaNode()).major}.x`,
    AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: 'local',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/local',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.any(String),
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local-access-key',
    AWS_SECRET_ACCESS_KEY: 'local-secret-key',
    AWS_SESSION_TOKEN: 'local-session-token',
    OWN: 'yes',
  });
});

test('the context has the time that is left, and the name of the function', async () => {
  const { payload } = await local().invoke({ action: 'context' });
  expect(payload).toMatchObject({
    functionName: 'local',
    memoryLimitInMB: '256',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:local',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const { remaining } = payload as { remaining: number };
  expect(remaining).toBeGreaterThan(0);
  expect(remaining).toBeLessThanOrEqual(60_000);
});

test('the peak of the memory is that of the process, where the system reports it', async () => {
  const { maxRssMb } = await local().invoke({ action: 'count' });
  expect(process.platform === 'linux' ? maxRssMb > 10 : Number.isNaN(maxRssMb)).toBe(true);
});

test.each(['hang', 'spin'])('a handler that will %s is killed when the time is up', async (action) => {
  const lambda = local(HANDLER, { timeoutMs: 1500 });
  const pid = await pidOf(lambda);
  await expect(lambda.invoke({ action })).rejects.toThrow('Task timed out after 1.50 seconds');
  expect(isAlive(pid)).toBe(false);
  expect(await lambda.invoke({ action: 'count' })).toMatchObject({ payload: { count: 1 }, initMs: expect.any(Number) });
});

test.each([
  ['exit', 'Runtime exited with error: exit status 3', ['INFO\tinit', 'INFO\tleaving']],
  ['forget', 'Runtime exited without providing a reason', ['INFO\tinit']],
])('a process that ends by itself (%s) fails the invocation', async (action, message, lines) => {
  const lambda = local();
  const failure = await lambda.invoke({ action }).catch((error) => error);
  expect(failure).toMatchObject({ name: 'LambdaFailure', message });
  expect(messages(failure.logs)).toEqual(lines);
  expect(await lambda.invoke({ action: 'count' })).toMatchObject({ payload: { count: 1 }, initMs: expect.any(Number) });
});

test.each([
  ['an error at the top of the module', `throw new Error('no configuration');`, 'no configuration'],
  ['a missing export', 'export const other = 1;', 'index.handler is undefined or not exported'],
])('%s fails the invocation with its message', async (_what, code, message) => {
  const lambda = local(code);
  const failure = await lambda.invoke({}).catch((error) => error);
  expect(failure).toMatchObject({ name: 'LambdaFailure', message });
  expect(failure.logs.join('\n')).toContain(message);
});

test('stop ends a running invocation and leaves no process behind', async () => {
  const lambda = local();
  const pid = await pidOf(lambda);
  const running = expect(lambda.invoke({ action: 'hang' })).rejects.toThrow('Runtime was stopped');
  await expect(lambda.invoke({ action: 'count' })).rejects.toThrow(
    'This function is running already: await the invocation before.',
  );
  await lambda.stop();
  await running;
  expect(isAlive(pid)).toBe(false);
});

describe('memory', () => {
  // Buffers are outside of the heap that V8 limits by itself.
  test('a process that takes more than the function has is killed, and the next one starts cold', async () => {
    const lambda = local(HANDLER, { memoryMb: 160 });
    const { payload, maxRssMb } = await lambda.invoke({ action: 'take', megabytes: 20 });
    expect(payload).toBe(20 * 1024 * 1024);
    expect(maxRssMb).toBeLessThan(160);

    const failure = await lambda.invoke({ action: 'take', megabytes: 200 }).catch((error) => error);
    expect(failure).toBeInstanceOf(LambdaFailure);
    expect(failure.message).toBe('Runtime exited with error: signal: killed');
    expect(failure.maxRssMb).toBeGreaterThan(160);
    expect(await lambda.invoke({ action: 'count' })).toMatchObject({ payload: { count: 1 } });
  });
});

test('a process that is killed from outside fails the invocation, and the next one starts cold', async () => {
  const lambda = local();
  await lambda.invoke({ action: 'count' });
  const running = lambda.invoke({ action: 'forget' });
  await lambda.kill();
  await expect(running).rejects.toThrow('Runtime exited with error: signal: killed');
  expect(await lambda.invoke({ action: 'count' })).toMatchObject({ payload: { count: 1 } });
});

describe('ConcurrentLambda', () => {
  const concurrent = (reserved: number) => {
    const settings = { handler: 'index.handler', environment: {}, timeoutMs: 60_000, memoryMb: 160 };
    const lambda = new ConcurrentLambda({ ...settings, taskRoot: bundle(HANDLER) }, reserved);
    lambdas.push(lambda);
    return lambda;
  };

  test('runs as many invocations at once as it may, and refuses the others', async () => {
    const lambda = concurrent(2);
    const event = { action: 'take', megabytes: 1 };
    const results = await Promise.allSettled([1, 2, 3].map(() => lambda.target(event)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect((results[2] as PromiseRejectedResult).reason).toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      fields: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    await lambda.target(event);
    expect(lambda.environments).toBe(2);
    expect(lambda.invocations).toHaveLength(3);
  });

  test('a process that ends is an answer, as in Lambda', async () => {
    expect(await concurrent(1).target({ action: 'take', megabytes: 200 })).toEqual({
      payload: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: signal: killed' },
      functionError: 'Unhandled',
    });
  });
});

test('the clock of a process can be ahead, and the time that it has left is not shorter for that', async () => {
  let ahead = 0;
  const lambda = local(HANDLER, { clockAhead: () => ahead });
  for (ahead of [0, 3_600_000]) {
    const { payload } = await lambda.invoke({ action: 'time' });
    const { date, now, left, isDate } = payload as { date: string; now: number; left: number; isDate: boolean };
    expect(Math.abs(now - ahead - Date.now())).toBeLessThan(30_000);
    expect(Math.abs(now - Date.parse(date))).toBeLessThan(1000);
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(60_000);
    expect(isDate).toBe(true);
  }
});
