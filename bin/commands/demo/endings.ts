import { constants } from 'node:os';

/**
 * Ends the process with one line and the exit code that shells expect when a signal asks for it. What the lab has
 * started ends with the process: each of its parts sees to that itself.
 */
export function endOnSignals(before: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Not once: a second signal must not cut the end short.
    process.on(signal, () => {
      before();
      console.error(`ended by ${signal}: everything is stopped`);
      process.exit(128 + constants.signals[signal]);
    });
  }
}
