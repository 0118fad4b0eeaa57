import type { ProxyReport } from '../../../lambda/controller/domain/conclude';
import type { LiveUpstream, TaskReading } from '../../../lambda/controller/domain/observation';
import { slotName, slotsOf } from '../../../lambda/controller/domain/slots';
import type { Verdict } from '../../../lambda/controller/domain/verdicts/verdict';
import type { RegistryUpstream } from '../../../lib/contract/registry-record';
import type { Severity, VerdictKind } from '../../../lib/contract/verdicts';
import { pc } from '../colours';

/** How a look ended, in the words of Nagios. */
type Outcome = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** Verdicts that say that something could not be looked at, in contrast to what was seen. */
const BLIND: ReadonlySet<VerdictKind> = new Set(['unknown-upstream', 'unreachable-task', 'unchecked']);

/** Exit codes that scripts rely on: of Nagios' plugin interface, and of the other formats. */
const NAGIOS_CODES: Readonly<Record<Outcome, number>> = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 };
const CODES: Readonly<Record<Outcome, number>> = { OK: 0, WARNING: 1, CRITICAL: 1, UNKNOWN: 2 };

/** How a report is printed, without a line feed at its end, and its exit code. */
export interface Format {
  readonly print: (report: ProxyReport) => string;
  readonly code: (report: ProxyReport) => number;
}

/** By the value of `--format`. */
export const FORMATS = {
  text: { print: toText, code: (report) => CODES[outcomeOf(report)] },
  json: { print: toJson, code: (report) => CODES[outcomeOf(report)] },
  nagios: { print: toNagios, code: (report) => NAGIOS_CODES[outcomeOf(report)] },
} as const satisfies Record<string, Format>;

/** What was seen says more than what could not be seen, and `info` is no finding. */
function outcomeOf({ verdicts }: Pick<ProxyReport, 'verdicts'>): Outcome {
  const seen = verdicts.filter(({ kind }) => !BLIND.has(kind));
  const worst = (severity: Severity) => seen.some((one) => one.severity === severity);
  return worst('critical')
    ? 'CRITICAL'
    : worst('warning')
      ? 'WARNING'
      : seen.length < verdicts.length
        ? 'UNKNOWN'
        : 'OK';
}

function toJson({ reading, verdicts }: ProxyReport): string {
  const [upstream] = reading.upstreams;
  return JSON.stringify({ ...upstream, tasks: reading.tasks, verdicts });
}

/** One line: the state, what was found, and figures as `name=value;warning;critical;minimum;maximum`. */
function toNagios(report: ProxyReport): string {
  const { reading, verdicts, staleSessionShare } = report;
  const [{ live }] = reading.upstreams as [LiveUpstream];
  const read = reading.tasks.filter((task) => 'runtime' in task).length;
  const count = (severity: Severity) => verdicts.filter((one) => one.severity === severity).length;
  const found = verdicts
    .filter(({ severity }) => severity !== 'info')
    .map(({ kind, message }) => `${kind}: ${message}`);
  const figures = [
    `critical=${count('critical')};;0;0`,
    `warning=${count('warning')};0;;0`,
    `live_addresses=${live.length};;;0`,
    `read_processes=${read};;;0;${reading.tasks.length}`,
    ...(staleSessionShare === undefined ? [] : [`stale_sessions=${staleSessionShare}%;;;0;100`]),
  ];
  const text = `${reading.record.proxy}: ${found.join('; ') || 'no drift'}`;
  // The sign stands before the figures, and nowhere else.
  return `${outcomeOf(report)} - ${text.replaceAll('|', '/')} | ${figures.join(' ')}`;
}

/** Whether the words of a call ask for Nagios' format, be the call usable or not. */
export function asksForNagios(words: readonly string[]): boolean {
  return words.includes('check') && /(^| )--format[ =]nagios( |$)/.test(words.join(' '));
}

/** A call that cannot be used is no answer to Nagios, whereas 2, as for all other formats, would be a drift. */
export function nagiosUnusable(message: string): { line: string; code: number } {
  const text = message
    .replace(/^error: /, '')
    .replaceAll('|', '/')
    .replace(/\s+/g, ' ');
  return { line: `UNKNOWN - ${text}`, code: NAGIOS_CODES.UNKNOWN };
}

const PAINT: Readonly<Record<Severity, (text: string) => string>> = {
  critical: pc.red,
  warning: pc.yellow,
  info: pc.dim,
};

function toText({ reading, verdicts }: ProxyReport): string {
  const [{ upstream, live, degraded }] = reading.upstreams as [LiveUpstream];
  const findings = aligned(verdicts.map(({ severity, kind, message }) => [severity, kind, message]));
  return [
    `${upstream.dnsName} has ${live.join(', ') || 'no known address'}`,
    ...degraded,
    ...aligned([
      ['RUNTIME API', 'HAPROXY', 'SLOT', 'ADDRESS', 'SESSIONS', 'STATE'],
      ...reading.tasks.flatMap((read) => rowsOf(read, upstream, verdicts)),
    ]),
    ...verdicts.map(({ severity }, i) => findings[i]!.replace(severity, PAINT[severity])),
    verdicts.length === 0 ? 'no drift' : verdicts.length === 1 ? '1 finding' : `${verdicts.length} findings`,
  ].join('\n');
}

/** One row for each slot with an address; one for a process that was not read, or has none. */
function rowsOf(read: TaskReading, upstream: RegistryUpstream, verdicts: readonly Verdict[]): string[][] {
  const { id } = read.task;
  const runtime = 'runtime' in read ? read.runtime : undefined;
  const slots = runtime === undefined ? [] : slotsOf(runtime, { upstream, alone: true });
  const held = slots.filter(({ address }) => address !== undefined);
  const kinds = (which: (one: Verdict) => boolean | undefined) =>
    verdicts.filter((one) => one.task === id && which(one)).map(({ kind }) => kind);
  const rows = held.map((slot) => {
    const name = slotName(slot);
    const state = kinds((one) => one.slots?.includes(name)).join(', ') || slot.out || 'ok';
    return [id, runtime!.version, name, slot.address!, String(slot.sessions ?? '-'), state];
  });
  return rows.length > 0 ? rows : [[id, runtime?.version ?? '-', '-', '-', '-', kinds(() => true).join(', ')]];
}

/** Columns as wide as their widest cell; nothing is wider than it must at the end of a row. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
