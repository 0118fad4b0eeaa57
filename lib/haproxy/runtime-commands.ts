/**
 * The commands that the checker sends to a runtime API: the one list that the allow-list of the configuration and the
 * runtime client share. All of them read, and all of them work at `level user` on every branch.
 */
export const RUNTIME_COMMANDS = {
  /** The version, the uptime. */
  info: 'show info',
  /** The held address of each slot. */
  serversState: 'show servers state',
  /** Counters per name server (1.8 and later). */
  resolvers: 'show resolvers',
} as const;

/** A command of the list. */
export type RuntimeCommand = (typeof RUNTIME_COMMANDS)[keyof typeof RUNTIME_COMMANDS];
