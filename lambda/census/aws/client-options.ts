/** What every client of the SDK has: some attempts, also where AWS throttles, and no call that hangs. */
export const CLIENT = {
  maxAttempts: 5,
  retryMode: 'adaptive',
  requestHandler: { connectionTimeout: 2000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const;
