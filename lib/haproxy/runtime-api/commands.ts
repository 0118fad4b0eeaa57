/**
 * The lines that the checker sends to a runtime API. The allow-list of the configuration and the runtime client share
 * this list. All of them only read, and work at `level user` on every branch.
 *
 * Each ends with `quit`: up to 2.9 HAProxy would also run a second line that follows within a millisecond, and the
 * allow-list does not check that line, because it has already accepted the connection.
 */
export const RUNTIME_COMMANDS = {
  /** The version, the uptime. */
  info: 'show info;quit',
  /** The held address of each slot. */
  serversState: 'show servers state;quit',
  /** Statistics of each slot, with its current sessions. */
  stat: 'show stat;quit',
  /** Counters per name server (1.8 and later). */
  resolvers: 'show resolvers;quit',
  /** The same on 1.6. 1.7 has neither, and answers both with `show stat`. */
  resolversOf16: 'show stat resolvers;quit',
} as const;

/** A line of the list. */
export type RuntimeCommand = (typeof RUNTIME_COMMANDS)[keyof typeof RUNTIME_COMMANDS];

/** The first branch whose runtime API answers `show resolvers`. */
export const SHOW_RESOLVERS_SINCE = '1.8';
