/** The settings of a function in Lambda. */
export interface FunctionSettings {
  /** Folder of the bundle. */
  readonly taskRoot: string;
  /** File without extension and export, such as `index.handler`. */
  readonly handler: string;
  /** Added to what Lambda sets, and stronger. */
  readonly environment: Record<string, string>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** How far the clock of the process is ahead of the real one, ms; asked at each invocation. @default - 0 */
  readonly clockAhead?: () => number;
}

const NAME = 'local';
const REGION = 'eu-west-1';

/** ARN of every function here. */
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:123456789012:function:${NAME}`;

/**
 * The environment of a function's process, as Lambda sets it.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function variables(settings: FunctionSettings, nodeMajor: number, runtimeApi: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: settings.taskRoot,
    LAMBDA_RUNTIME_DIR: settings.taskRoot,
    _HANDLER: settings.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${nodeMajor}.x`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: NAME,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${NAME}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]00000000000000000000000000000000',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local-access-key',
    AWS_SECRET_ACCESS_KEY: 'local-secret-key',
    AWS_SESSION_TOKEN: 'local-session-token',
    ...settings.environment,
  };
}
