import { setTimeout as sleep } from 'node:timers/promises';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import { Pace, QUOTAS } from './rates';

/** How long a call may hang. */
const within = (requestTimeout: number) => ({ connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true });

const nothing = () => {};
/** Writes nothing. It has no `info`, for which the SDK would make a copy of each request and each answer. */
const logger = { trace: nothing, debug: nothing, warn: nothing, error: nothing } as NonNullable<
  SSMClientConfig['logger']
>;

/**
 * The SDK prepares a command once for all commands of its kind: a run sends many commands of few kinds. It slows down
 * by itself when AWS throttles, because others in the account use the same quotas.
 */
const COMMON = { logger, cacheMiddleware: true, retryMode: 'adaptive' } as const;

/** For calls that a check can do without: two attempts. A page has hundreds of load balancers or interfaces. */
export const BEST_EFFORT = { maxAttempts: 2, requestHandler: within(5000), ...COMMON };

/** For calls that every check needs: up to four attempts, also when AWS throttles. */
export const REQUIRED = { maxAttempts: 4, requestHandler: within(3000), ...COMMON };

/** By bucket of `QUOTAS`: all clients of a function share them. */
const paces = new Map<string, Pace>();

/** What every client of the SDK has. */
interface Client {
  readonly middlewareStack: {
    add(
      // biome-ignore lint/suspicious/noExplicitAny: each client has types of its own.
      middleware: (next: (args: any) => Promise<any>, context: { commandName?: string }) => (args: any) => Promise<any>,
      options: { step: 'finalizeRequest'; priority: 'low'; name: string },
    ): void;
  };
}

/** Makes a client wait before each attempt of a call, so that it stays within its share of the quotas of `QUOTAS`. */
export function paced<C extends Client>(client: C): C {
  // After the middleware of the retries, which is of high priority.
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        await yourTurn(commandName);
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'pace' },
  );
  return client;
}

async function yourTurn(commandName: string): Promise<void> {
  const quota = QUOTAS[commandName];
  if (quota === undefined) {
    return;
  }
  const pace = paces.get(quota.bucket) ?? new Pace(quota);
  paces.set(quota.bucket, pace);
  const millis = pace.take(Date.now());
  if (millis > 0) {
    await sleep(millis);
  }
}
