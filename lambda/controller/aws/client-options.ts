import type { SSMClientConfig } from '@aws-sdk/client-ssm';

/** A call that hangs costs 2 s. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true };

const nothing = () => {};
/** Writes nothing. It has no `info`, for which the SDK would make a copy of each request and each answer. */
const logger = { trace: nothing, debug: nothing, warn: nothing, error: nothing } as NonNullable<
  SSMClientConfig['logger']
>;

/** The SDK prepares a command once for all commands of its kind: a run sends many commands of few kinds. */
const COMMON = { requestHandler, logger, cacheMiddleware: true };

/** For calls that a check can do without: two attempts. */
export const BEST_EFFORT = { maxAttempts: 2, ...COMMON };

/** For calls that every check needs: up to four attempts, also when AWS throttles. */
export const REQUIRED = { maxAttempts: 4, ...COMMON };
