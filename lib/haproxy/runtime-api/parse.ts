import type { ResolverCounters, Slot } from '../../contract/probe';

/** The process, as `show info` shows it. */
interface ProcessInfo {
  /** The release, such as `2.6.12`, without the distribution's suffix. */
  readonly version: string;
  /** Seconds since the process started. */
  readonly uptimeSeconds: number;
  /** The branch that its configuration was made for, if this project generated the configuration. */
  readonly madeFor?: string;
}

/** The `description` of a generated configuration, before its branch. */
export const MADE_FOR = 'configuration for HAProxy';
const DESCRIPTION = new RegExp(`^description: ${MADE_FOR} (\\d+\\.\\d+)\\s*$`, 'm');

/** Bit of `srv_admin_state`: in maintenance because DNS gave no address (1.7 and later). Any address shown is old. */
const ADMIN_NO_RESOLUTION = 0x20;
/** Bits of `srv_admin_state`: in maintenance by command, through a server that is tracked, or by the configuration. */
const ADMIN_MAINTENANCE = 0x01 | 0x02 | 0x04;
/** Bits of `srv_admin_state`: draining by command, or through a server that is tracked. */
const ADMIN_DRAINING = 0x08 | 0x10;
/** Bit of `srv_check_state`: the health check is enabled. */
const CHECK_ENABLED = 0x04;
/** How a slot without address is shown: `-` from 1.9, empty on 1.8, `0.0.0.0` on 1.7 and 3.0.0. */
const UNSPECIFIED = new Set(['0.0.0.0', '::']);
const NO_ADDRESS = new Set(['-', '', ...UNSPECIFIED]);

/** An answer that does not fit the command. The text has the command and the beginning of the answer. */
export class UnexpectedAnswer extends Error {
  public override readonly name = 'UnexpectedAnswer';

  public constructor(command: string, answer: string) {
    // Another program may answer anything; the text must be safe for a log line and a terminal.
    const start = (answer.trim().split(/\r?\n/)[0] ?? '').slice(0, 80).replace(/[^\x20-\x7e]/g, '?');
    super(`'${command}' was answered with ${start === '' ? 'nothing' : `'${start}'`}`);
  }
}

/** Reads `show info`. */
export function parseInfo(answer: string): ProcessInfo {
  const [, version] = /^Version: *(\d+\.\d+(?:\.\d+)?)/m.exec(answer) ?? [];
  const [, uptime] = /^Uptime_sec: *(\d{1,12})\s*$/m.exec(answer) ?? [];
  if (!/^Name: *HAProxy\s*$/m.test(answer) || version === undefined || uptime === undefined) {
    throw new UnexpectedAnswer('show info', answer);
  }
  return { version, uptimeSeconds: Number(uptime), madeFor: DESCRIPTION.exec(answer)?.[1] };
}

/** The columns of `show servers state` that are read. */
const SLOT_COLUMNS = ['be_name', 'srv_name', 'srv_addr', 'srv_admin_state', 'srv_check_state', 'srv_fqdn'] as const;

/**
 * Reads `show servers state`. The columns differ by branch, so they are found by the header; 1.8 leaves the address of
 * a slot without one empty, so single blanks separate.
 */
export function parseServersState(answer: string): Slot[] {
  const lines = answer.replaceAll('\r\n', '\n').split('\n');
  const headerAt = lines.findIndex((line) => line.startsWith('# '));
  const columns = lines[headerAt]?.slice(2).trim().split(' ') ?? [];
  // An empty line ends the answer of every branch. Without it the answer was cut off, perhaps within an address.
  const whole = lines.at(-1) === '' && lines.at(-2) === '';
  if (!whole || lines[headerAt - 1] !== '1' || !columns.includes('srv_addr')) {
    throw new UnexpectedAnswer('show servers state', answer);
  }
  const places = SLOT_COLUMNS.map((column) => columns.indexOf(column));
  const rows = lines.slice(headerAt + 1).filter((line) => line.trim() !== '');
  return rows.map((row) => {
    const values = row.split(' ');
    return slotOf(places.map((place) => values[place]));
  });
}

/** @param values in the order of `SLOT_COLUMNS` */
function slotOf([backend = '', name = '', address = '', adminState, checkState, fqdn]: (string | undefined)[]): Slot {
  const admin = Number(adminState);
  const resolved = (admin & ADMIN_NO_RESOLUTION) === 0;
  return {
    backend,
    name,
    address: resolved && !NO_ADDRESS.has(address) ? address : undefined,
    fqdn: fqdn === '-' || fqdn === '' ? undefined : fqdn,
    checked: (Number(checkState) & CHECK_ENABLED) !== 0,
    out: admin & ADMIN_MAINTENANCE ? 'maintenance' : admin & ADMIN_DRAINING ? 'draining' : undefined,
    // Branches that do not show names (1.6, 1.7) have no such slots. 3.0.0 shows 0.0.0.0 also for slots with a name.
    perRequest: (resolved && fqdn === '-' && UNSPECIFIED.has(address)) || undefined,
    sessions: undefined,
  };
}

/** The first columns of a row. `show stat` prints a hundred, and `split` with a limit is slower than this. */
function firstColumns(row: string, count: number): string[] {
  const values: string[] = [];
  let at = 0;
  for (let comma = row.indexOf(','); comma >= 0 && values.length < count; comma = row.indexOf(',', at)) {
    values.push(row.slice(at, comma));
    at = comma + 1;
  }
  return values;
}

/** Reads `show stat`: the number of current sessions by `backend/slot`. */
export function parseSessions(answer: string): Map<string, number> {
  const [header = '', ...rows] = answer.split('\n');
  // These columns come before all columns that may contain a comma.
  const current = header.indexOf(',scur,');
  const columns = header.slice(0, current).split(',');
  const server = columns.indexOf('svname');
  // An empty line ends the answer.
  if (columns[0] !== '# pxname' || server < 0 || current < 0 || !answer.endsWith('\n\n')) {
    throw new UnexpectedAnswer('show stat', answer);
  }
  const values = rows.map((row) => firstColumns(row, columns.length + 1));
  const servers = values.filter((row) => /^\d{1,12}$/.test(row[columns.length] ?? ''));
  return new Map(servers.map((row) => [`${row[0]}/${row[server]}`, Number(row[columns.length])]));
}

/** Counters that do not count failures. */
const NO_FAILURE = new Set(['sent', 'valid', 'update', 'cname']);

/** Reads `show resolvers` (1.8 and later) and `show stat resolvers` (1.6): one entry for each section. */
export function parseResolvers(answer: string): ResolverCounters[] {
  if (!/^(Resolvers section |No resolvers)/.test(answer)) {
    throw new UnexpectedAnswer('show resolvers', answer);
  }
  const sections = `\n${answer}`.split('\nResolvers section ').slice(1);
  return sections.map((text) => {
    const counters: Record<string, number> = Object.create(null);
    const [section = '', ...lines] = text.split('\n');
    // Most of them are 0.
    for (const line of lines.filter((one) => !one.endsWith(' 0'))) {
      const [, name, value] = /^ +([a-z_]+): +(\d{1,15})$/.exec(line) ?? [];
      if (name !== undefined) {
        counters[name] = (counters[name] ?? 0) + Number(value);
      }
    }
    const failures = Object.entries(counters).filter(([name]) => !NO_FAILURE.has(name));
    return {
      section: section.trim(),
      sent: counters.sent ?? 0,
      valid: counters.valid ?? 0,
      failures: Object.fromEntries(failures),
    };
  });
}
