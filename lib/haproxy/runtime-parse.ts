/** One server entry of a backend, as `show servers state` tells it. */
export interface Slot {
  readonly backend: string;
  readonly name: string;
  /** The address that the slot uses now; nothing when it has none. */
  readonly address?: string;
  /** The name that the slot follows; nothing where the branch does not tell (1.6, 1.7) or the slot has a fixed address. */
  readonly fqdn?: string;
  /** Whether a health check runs. On 1.6 and 1.7 nothing else makes a name resolve. */
  readonly checked: boolean;
}

/** What `show info` tells of the process. */
export interface ProcessInfo {
  /** The release, such as `2.6.12`, without the distribution's suffix. */
  readonly version: string;
  /** Seconds since the process started. */
  readonly uptimeSeconds: number;
}

/** Bit of `srv_admin_state`: in maintenance because DNS gave no address (1.7 and later). Any address shown is old. */
const ADMIN_NO_RESOLUTION = 0x20;
/** Bit of `srv_check_state`: the health check is enabled. */
const CHECK_ENABLED = 0x04;
/** How a slot without address is shown: `-` from 1.9, empty on 1.8, `0.0.0.0` on 1.7 and 3.0.0. */
const NO_ADDRESS = new Set(['-', '', '0.0.0.0', '::']);

/** An answer that is not what the command should print. The text names the command and how the answer began. */
export class UnexpectedAnswer extends Error {
  public override readonly name = 'UnexpectedAnswer';

  public constructor(command: string, answer: string) {
    // What is no HAProxy may answer anything; a log line or a terminal must not choke on it.
    const start = (answer.trim().split(/\r?\n/)[0] ?? '').slice(0, 80).replace(/[^\x20-\x7e]/g, '?');
    super(`'${command}' was answered with ${start === '' ? 'nothing' : `'${start}'`}`);
  }
}

/** Reads `show info`. */
export function parseInfo(answer: string): ProcessInfo {
  const fields = new Map(answer.split('\n').map((line) => splitAt(line, ':')));
  const [version] = /^\d+\.\d+(\.\d+)?/.exec(fields.get('Version') ?? '') ?? [];
  const [uptime] = /^\d{1,12}$/.exec(fields.get('Uptime_sec') ?? '') ?? [];
  if (fields.get('Name') !== 'HAProxy' || version === undefined || uptime === undefined) {
    throw new UnexpectedAnswer('show info', answer);
  }
  return { version, uptimeSeconds: Number(uptime) };
}

/**
 * Reads `show servers state`. The columns differ by branch, so they are found by the header; 1.8 leaves the address of
 * a slot without one empty, so single blanks separate.
 */
export function parseServersState(answer: string): Slot[] {
  // An empty line ends the answer of every branch. Without it the answer was cut off, perhaps within an address.
  const lines = /\n\r?\n$/.test(answer) ? answer.split('\n').map((line) => line.replace(/\r$/, '')) : [];
  const headerAt = lines.findIndex((line) => line.startsWith('# '));
  const columns = lines[headerAt]?.slice(2).trim().split(' ') ?? [];
  if (lines[headerAt - 1] !== '1' || !columns.includes('srv_addr')) {
    throw new UnexpectedAnswer('show servers state', answer);
  }
  const rows = lines.slice(headerAt + 1).filter((line) => line.trim() !== '');
  return rows.map((row) => {
    const values = row.split(' ');
    const field = (column: string) => values[columns.indexOf(column)] ?? '';
    const resolved = (Number(field('srv_admin_state')) & ADMIN_NO_RESOLUTION) === 0;
    const address = field('srv_addr');
    const fqdn = columns.includes('srv_fqdn') ? field('srv_fqdn') : '-';
    return {
      backend: field('be_name'),
      name: field('srv_name'),
      address: resolved && !NO_ADDRESS.has(address) ? address : undefined,
      fqdn: fqdn === '-' || fqdn === '' ? undefined : fqdn,
      checked: (Number(field('srv_check_state')) & CHECK_ENABLED) !== 0,
    };
  });
}

/** Reads `show resolvers` (1.8 and later): how many queries all name servers were sent since the start. */
export function parseQueriesSent(answer: string): number {
  const counters = [...answer.matchAll(/^\s+sent:\s+(\d+)\s*$/gm)].map(([, sent]) => Number(sent));
  if (!/^(Resolvers section |No resolvers)/.test(answer.trimStart())) {
    throw new UnexpectedAnswer('show resolvers', answer);
  }
  return counters.reduce((sum, sent) => sum + sent, 0);
}

function splitAt(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator);
  return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
