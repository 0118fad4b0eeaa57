import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type DemoResult, type Lane, runDemo } from '../../lab/demo';
import { reportPage } from '../../lab/report-page';
import { usableBinaries } from '../../lab/usable';
import { CHICK, EGG } from '../../lab/world';
import { InputError } from '../../lib/haproxy/errors';
import { HaproxyVersion } from '../../lib/haproxy/version';

interface DemoFlags {
  readonly html?: string;
  readonly branches?: string;
}

/** `demo`: real HAProxy processes in front of a load balancer that moves, and the checker that sees it. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('see it fail, see it heal: real HAProxy processes on this machine')
    .description(
      'Starts real HAProxy processes in front of a load balancer that moves, with the checker beside them. Takes under\n90 s, needs no AWS account and leaves nothing behind but a cache of HAProxy binaries in .cache/.',
    )
    .option('--branches <list>', 'only these branches, such as 1.7,3.2 (default: all that can be had)')
    .option('--html <file>', 'also write a page about the run')
    .addHelpText(
      'after',
      '\nHAProxy binaries come from HAPROXY_BINARIES (files or folders), PATH, Debian packages, or container images.',
    )
    .action(demo);
}

async function demo(flags: DemoFlags): Promise<void> {
  const branches = flags.branches?.split(',').map((branch) => HaproxyVersion.of(branch).branch);
  if (flags.html !== undefined) {
    // Better to fail now than after a minute.
    writeOrRefuse(flags.html, '');
  }
  const { binaries, unavailable } = await usableBinaries({ branches, onProgress: (line) => console.log(line) });
  for (const { what, reason } of unavailable) {
    console.log(`not to be had: ${what}: ${reason}`);
  }
  if (binaries.length === 0) {
    throw new InputError('no HAProxy to be had: name one with HAPROXY_BINARIES=/path/to/haproxy');
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort(new Interrupted(signal)));
  }
  console.log(`\nEach pair: ${binaries.map(({ version }) => version).join(' · ')}`);
  console.log(
    `left with a pinned server line, right with the generated configuration; ${EGG} old address, ${CHICK} new\n`,
  );
  try {
    const result = await runDemo(binaries, { note: printNote, tick: printTick }, stop.signal);
    console.log(`\n${table(result)}\n\n${MEANING}`);
    if (flags.html !== undefined) {
      writeOrRefuse(flags.html, reportPage(result));
      console.log(`\nPage: ${flags.html}`);
    }
  } catch (error) {
    if (!(stop.signal.reason instanceof Interrupted)) {
      throw error;
    }
    console.error(`\n${stop.signal.reason.message}: everything stopped`);
    process.exitCode = stop.signal.reason.exitCode;
  }
}

/** The end of the demo by a signal, with the exit code that shells expect. */
class Interrupted extends Error {
  public constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`ended by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
  public readonly exitCode: number;
}

const MEANING =
  'A pinned HAProxy sends no DNS query and stays on the address that the load balancer has left, without any error of\nits own. The generated configuration follows, and the checker sees the pinned ones: first silent, then stale.';

function writeOrRefuse(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(
      `--html '${file}' cannot be written (${(error as NodeJS.ErrnoException).code}): name another file`,
    );
  }
}

const stamp = (at: number) => `${at.toFixed(0).padStart(3)} s`;

function printNote(at: number, text: string): void {
  console.log(`${stamp(at)}  → ${text}`);
}

function printTick(at: number, lanes: readonly Lane[]): void {
  const shown = lanes.map(({ version, kind, samples }) => {
    const answer = samples.at(-1)?.answer ?? '✗ ';
    return kind === 'pinned' ? `  ${version} ${answer}` : answer;
  });
  console.log(`${stamp(at)}${shown.join('')}`);
}

/** The figures of a run as aligned columns. */
export function table({ lanes, movedAt }: DemoResult): string {
  const since = (at?: number) => (at === undefined ? 'never' : `${Math.max(0, at - movedAt).toFixed(1)} s`);
  const rows = lanes.map(({ version, kind, queries, firstNew, incidents }) => {
    const stale = incidents.find((incident) => incident.kind === 'stale-address');
    const silent = incidents.find((incident) => incident.kind === 'silent-resolver');
    return [
      `HAProxy ${version}`,
      kind,
      since(firstNew),
      String(queries),
      silent ? `${silent.openedAt.toFixed(0)} s` : '-',
      stale ? `${since(stale.openedAt)} after the move` : '-',
      incidents.length === 0 ? '-' : incidents.every((i) => i.resolvedAt !== undefined) ? 'yes' : 'NO',
    ];
  });
  const head = ['', 'configuration', 'follows after', 'DNS queries', 'silent at', 'stale seen', 'over when mended'];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
