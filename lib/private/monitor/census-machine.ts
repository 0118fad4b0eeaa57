import { FOLDERS } from '../../contract/census-access';

/** What the definition of the state machine names. */
interface MachineParts {
  readonly partition: string;
  /** ARNs of the functions. */
  readonly list: string;
  readonly collect: string;
  readonly conclude: string;
  /** Name of the bucket for what the states leave for one another. */
  readonly workingBucket: string;
  /** The groups of monitors, for the function that lists them. */
  readonly targets: readonly object[];
  readonly toleratedFailurePercentage: number;
}

/** A run that takes longer is one that hangs: ten thousand monitors take half an hour. */
const TIMEOUT_SECONDS = 86_400;

/**
 * Monitors that are asked at the same time. Each takes the concurrency of one function of the hub, whose quota is 1,000
 * for all functions of an account, and calls STS, which the account shares as well.
 */
const CONCURRENCY = 40;

/** Errors of Lambda itself, not of the function (Step Functions, "Handle transient Lambda service exceptions"). */
const LAMBDA_BUSY = {
  ErrorEquals: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
};

/** A monitor whose function was busy, or that was replaced just now. A failure that stays is not worth more. */
const ASK_AGAIN = { ErrorEquals: ['MonitorNotSeen'], IntervalSeconds: 30, MaxAttempts: 1 };

/**
 * The definition in the Amazon States Language: pure. The CDK's class of the map drops its `ResultWriter` without a
 * feature flag of the user's app, so the states are written here.
 */
export function censusDefinition(parts: MachineParts): object {
  const { partition, workingBucket, targets, toleratedFailurePercentage } = parts;
  const call = (functionArn: string, payload: object, ...retries: object[]) => ({
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, Payload: payload },
    OutputPath: '$.Payload',
    Retry: [LAMBDA_BUSY, ...retries],
  });
  const conclude = call(parts.conclude, { 'subject.$': '$.subject', 'key.$': '$.key' });
  return {
    Comment:
      'Asks each monitor what it compared, and writes the documents of a census. Input {"month": "2026-11"}: of a month.',
    StartAt: 'List',
    TimeoutSeconds: TIMEOUT_SECONDS,
    States: {
      List: {
        ...call(parts.list, { 'startedAt.$': '$$.Execution.StartTime', 'input.$': '$', targets }),
        Next: 'Collect',
      },
      Collect: {
        Type: 'Map',
        ItemReader: {
          Resource: `arn:${partition}:states:::s3:getObject`,
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { Bucket: workingBucket, 'Key.$': '$.key' },
        },
        ItemSelector: { 'subject.$': '$.subject', 'target.$': '$$.Map.Item.Value' },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'CollectMonitor',
          States: {
            CollectMonitor: {
              ...call(parts.collect, { 'subject.$': '$.subject', 'target.$': '$.target' }, ASK_AGAIN),
              End: true,
            },
          },
        },
        MaxConcurrency: CONCURRENCY,
        ToleratedFailurePercentage: toleratedFailurePercentage,
        // The results of ten thousand monitors are more than a state may have. The documents are made of what the
        // function stores; these files show an operator what a run did.
        ResultWriter: {
          Resource: `arn:${partition}:states:::s3:putObject`,
          Parameters: { Bucket: workingBucket, Prefix: RESULTS },
        },
        ResultPath: null,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'ConcludeFailed' }],
        Next: 'Conclude',
      },
      Conclude: { ...conclude, Next: 'Done' },
      Done: { Type: 'Succeed' },
      ConcludeFailed: { ...conclude, OutputPath: '$.failure', ResultPath: null, Next: 'Failed' },
      Failed: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
}

/** Where the map writes its results. */
export const RESULTS = `${FOLDERS.working}/results`;
