import { constants } from 'node:os';

/**
 * On a signal, ends the process with one line and the exit code that shells expect. Each part of the test bed ends its
 * own processes when this process exits.
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
