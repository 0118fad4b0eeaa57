/** A call that hangs costs 2 s. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true };

/** For what a check can do without: each call is tried twice. */
export const HASTY = { maxAttempts: 2, requestHandler };

/** For what no check can do without: each call is tried up to four times, throttling included. */
export const PATIENT = { maxAttempts: 4, requestHandler };

/** The name of an error of AWS; what a connection that failed says of itself. */
export function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === 'Error' ? message : name;
}
