/**
 * The lines that the checker sends to a runtime API: the one list that the allow-list of the configuration and the
 * runtime client share. All of them read, and all of them work at `level user` on every branch.
 *
 * Each ends with `quit`: up to 2.9 HAProxy would still carry out a second line that follows within a millisecond, and
 * the allow-list cannot see it, because it has let the connection through by then.
 */
export const RUNTIME_COMMANDS = {
  /** The version, the uptime. */
  info: 'show info;quit',
  /** The held address of each slot. */
  serversState: 'show servers state;quit',
  /** Figures of each slot, the number of its current sessions among them. */
  stat: 'show stat;quit',
  /** Counters per name server (1.8 and later). */
  resolvers: 'show resolvers;quit',
  /** The same on 1.6. 1.7 has neither: it answers with `show stat`. */
  resolversOf16: 'show stat resolvers;quit',
} as const;

/** A line of the list. */
export type RuntimeCommand = (typeof RUNTIME_COMMANDS)[keyof typeof RUNTIME_COMMANDS];

/** The first branch whose runtime API answers `show resolvers`. */
export const SHOW_RESOLVERS_SINCE = '1.8';
