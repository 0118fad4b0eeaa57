import type { LiveUpstream } from '../../../lambda/controller/domain/observation';
import type { ProxyReport } from '../../../lambda/controller/domain/proxy-report';
import type { ObservedTask } from '../../../lambda/controller/domain/raw-observation';
import { slotsOf } from '../../../lambda/controller/domain/slots';
import { DEFINITIONS } from '../../../lambda/controller/domain/verdicts';
import type { Verdict } from '../../../lambda/controller/domain/verdicts/verdict';
import { slotName } from '../../../lib/contract/probe';
import type { Severity } from '../../../lib/contract/verdicts';
import { pc } from '../colours';

/** The result of a check, in the words of Nagios. */
type Outcome = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** Exit codes that scripts rely on: those of Nagios' plugin interface, and those of the other formats. */
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

/** Findings take precedence over failed checks. Severity `info` does not count. */
function outcomeOf({ verdicts }: Pick<ProxyReport, 'verdicts'>): Outcome {
  const found = verdicts.filter(({ kind }) => !DEFINITIONS[kind].blind);
  if (found.some(({ severity }) => severity === 'critical')) {
    return 'CRITICAL';
  }
  if (found.some(({ severity }) => severity === 'warning')) {
    return 'WARNING';
  }
  return found.length < verdicts.length ? 'UNKNOWN' : 'OK';
}

function toJson({ observation, verdicts }: ProxyReport): string {
  const [{ upstream, completeness, live, problems, degraded }] = observation.upstreams as [LiveUpstream];
  return JSON.stringify({ upstream, completeness, live, problems, degraded, tasks: observation.tasks, verdicts });
}

/** One line: the state, what was found, and figures as `name=value;warning;critical;minimum;maximum`. */
function toNagios(report: ProxyReport): string {
  const { observation, verdicts, staleSessionShare } = report;
  const [{ live }] = observation.upstreams as [LiveUpstream];
  const read = observation.tasks.filter((task) => 'runtime' in task).length;
  const count = (severity: Severity) => verdicts.filter((one) => one.severity === severity).length;
  const found = verdicts
    .filter(({ severity }) => severity !== 'info')
    .map(({ kind, message }) => `${kind}: ${message}`);
  const figures = [
    `critical=${count('critical')};;0;0`,
    `warning=${count('warning')};0;;0`,
    `live_addresses=${live.length};;;0`,
    `read_processes=${read};;;0;${observation.tasks.length}`,
    ...(staleSessionShare === undefined ? [] : [`stale_sessions=${staleSessionShare}%;;;0;100`]),
  ];
  const text = `${observation.record.proxy}: ${found.join('; ') || 'no drift'}`;
  // `|` separates the figures, so it must not be in the text.
  return `${outcomeOf(report)} - ${text.replaceAll('|', '/')} | ${figures.join(' ')}`;
}

/** Whether a call requests Nagios' format, also if the call is not valid. */
export function asksForNagios(words: readonly string[]): boolean {
  return words.includes('check') && /(^| )--format[ =]nagios( |$)/.test(words.join(' '));
}

/** The line and exit code for a call that is not valid. Exit code 2, as for all other formats, would be CRITICAL. */
export function nagiosInvalid(message: string): { line: string; code: number } {
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

function toText({ observation, verdicts }: ProxyReport): string {
  const [live] = observation.upstreams as [LiveUpstream];
  const findings = aligned(verdicts.map(({ severity, kind, message }) => [severity, kind, message]));
  return [
    `${live.upstream.dnsName} has ${live.live.join(', ') || 'no known address'}`,
    ...live.degraded,
    ...aligned([
      ['RUNTIME API', 'HAPROXY', 'SLOT', 'ADDRESS', 'SESSIONS', 'STATE'],
      ...observation.tasks.flatMap((read) => rowsOf(read, live, verdicts)),
    ]),
    ...verdicts.map(({ severity }, i) => findings[i]!.replace(severity, PAINT[severity])),
    summaryOf(verdicts.length),
  ].join('\n');
}

function summaryOf(findings: number): string {
  if (findings === 0) {
    return 'no drift';
  }
  return findings === 1 ? '1 finding' : `${findings} findings`;
}

/** One row for each slot with an address; one for a process without any, or that was not read. */
function rowsOf(read: ObservedTask, upstream: LiveUpstream, verdicts: readonly Verdict[]): string[][] {
  const { id } = read.task;
  const runtime = 'runtime' in read ? read.runtime : undefined;
  const slots = runtime === undefined ? [] : slotsOf(runtime, upstream);
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

/** Columns as wide as their widest cell, without blanks at the end of a row. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
