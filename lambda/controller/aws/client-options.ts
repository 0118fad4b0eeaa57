import type { SSMClientConfig } from '@aws-sdk/client-ssm';

/** A call that hangs costs 2 s. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true };

const nothing = () => {};
/** Writes nothing. It has no `info`, for which the SDK would make a copy of each request and each answer. */
const logger = { trace: nothing, debug: nothing, warn: nothing, error: nothing } as NonNullable<
  SSMClientConfig['logger']
>;

/** What becomes of a command is worked out once for all commands of its kind: a run sends many of few kinds. */
const COMMON = { requestHandler, logger, cacheMiddleware: true };

/** For what a check can do without: each call is tried twice. */
export const HASTY = { maxAttempts: 2, ...COMMON };

/** For what no check can do without: each call is tried up to four times, throttling included. */
export const PATIENT = { maxAttempts: 4, ...COMMON };

/** The name of an error of AWS; what a connection that failed says of itself. */
export function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === 'Error' ? message : name;
}
