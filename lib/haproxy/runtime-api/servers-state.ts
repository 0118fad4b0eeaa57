import type { CheckStatus, Slot } from '../../contract/probe';
import type { AnswerFormat, LineReader } from './answer';

/** Bit of `srv_admin_state`: in maintenance because DNS gave no address (1.7 and later). Any address shown is old. */
const ADMIN_NO_RESOLUTION = 0x20;
/** Bits of `srv_admin_state`: in maintenance by command, through a server that is tracked, or by the configuration. */
const ADMIN_MAINTENANCE = 0x01 | 0x02 | 0x04;
/** Bits of `srv_admin_state`: draining by command, or through a server that is tracked. */
const ADMIN_DRAINING = 0x08 | 0x10;
/** Value of `srv_op_state`: stopped, by the health check or in maintenance. */
const OPERATION_STOPPED = '0';
/** Bit of `srv_check_state`: the health check is enabled. */
const CHECK_ENABLED = 0x04;
/** Values of `srv_check_status`, the same on all branches (HCHK_STATUS in HAProxy's sources). */
const CHECK_STATUS: Readonly<Record<string, CheckStatus>> = { 11: 'L6RSP', 13: 'L7RSP', 17: 'L7STS' };
/** How a slot without address is shown: `-` from 1.9, empty on 1.8, `0.0.0.0` on 1.7 and 3.0.0. */
const UNSPECIFIED = new Set(['0.0.0.0', '::']);
const NO_ADDRESS = new Set(['-', '', ...UNSPECIFIED]);

/** The columns that are read. Branches differ in the others and in their order. */
const COLUMNS = [
  'be_name',
  'srv_name',
  'srv_addr',
  'srv_op_state',
  'srv_admin_state',
  'srv_uweight',
  'srv_time_since_last_change',
  'srv_check_status',
  'srv_check_state',
  'srv_fqdn',
] as const;

/**
 * `show servers state`: the number of the format, a header, a row for each server. 1.8 leaves the address of a slot
 * without one empty, so single blanks separate.
 */
export const SERVERS_STATE: AnswerFormat<Slot[]> = { command: 'show servers state', reader: stateReader };

function stateReader(): LineReader<Slot[]> {
  const slots: Slot[] = [];
  let places: readonly number[] | undefined;
  let numbered = false;
  return {
    line: (line, cut) => {
      if (cut) {
        return 'unexpected';
      }
      if (!numbered) {
        numbered = line === '1';
        return numbered || line.trim() === '' ? 'more' : 'unexpected';
      }
      if (places === undefined) {
        const header = line.startsWith('# ') ? line.slice(2).trim().split(' ') : [];
        places = COLUMNS.map((column) => header.indexOf(column));
        return header.includes('srv_addr') ? 'more' : 'unexpected';
      }
      if (line.trim() !== '') {
        const values = line.split(' ');
        slots.push(slotOf(places.map((place) => values[place])));
      }
      return 'more';
    },
    result: () => (places === undefined ? undefined : slots),
  };
}

/** @param values in the order of `COLUMNS` */
function slotOf(values: (string | undefined)[]): Slot {
  const [backend = '', name = '', address = '', operation, adminState, weight, changed, status, check, fqdn] = values;
  const admin = Number(adminState);
  const resolved = (admin & ADMIN_NO_RESOLUTION) === 0;
  const held = resolved && !NO_ADDRESS.has(address);
  const out = admin & ADMIN_MAINTENANCE ? 'maintenance' : admin & ADMIN_DRAINING ? 'draining' : undefined;
  // A slot in maintenance, or without an address, is stopped too: its health check says nothing.
  const down = held && out !== 'maintenance' && operation === OPERATION_STOPPED;
  return {
    backend,
    name,
    address: held ? address : undefined,
    fqdn: fqdn === '-' || fqdn === '' ? undefined : fqdn,
    checked: (Number(check) & CHECK_ENABLED) !== 0,
    out,
    down: down || undefined,
    checkStatus: down ? CHECK_STATUS[status ?? ''] : undefined,
    weightless: weight === '0' || undefined,
    // Branches that do not show names (1.6, 1.7) have no such slots. 3.0.0 shows 0.0.0.0 also for slots with a name.
    perRequest: (resolved && fqdn === '-' && UNSPECIFIED.has(address)) || undefined,
    changedSeconds: secondsOf(changed),
  };
}

function secondsOf(value = ''): number | undefined {
  return /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}
