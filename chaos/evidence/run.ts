/**
 * `npm run evidence -- [--minutes 9] [--every 15] [--branch 3.2] [--seed 1] [--output FOLDER]`: censuses of real HAProxy
 * processes to which real faults happen, and the month that is made of them. The document of the month must say all that
 * happened, with begin and end, and nothing else. `--minutes 60 --every 60` takes an hour. With `--output` the documents
 * stay, and what happened is in `happened.jsonl`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { MonitorCensus, MonitorMonth } from '../../lambda/census/documents';
import { monthOf } from '../../lambda/census/month';
import { anyUsable } from '../../testbed/binaries/usable';
import { LocalNodes } from '../../testbed/nodes';
import { faultsIn, type Happened, KINDS, type Kind } from './compare';
import { Monitor } from './monitor';
import { type Planned, scheduleOf } from './schedule';
import { WatchedProxy } from './watched-proxy';

const PROXIES = 6;
/** The addresses of every load balancer, the one and the other. */
const ADDRESSES = ['127.0.0.1', '127.0.0.2'] as const;
const SAMPLE_MILLIS = 500;
/** A run waits for a process that does not answer. */
const SLACK_MILLIS = 9000;

/** One proxy, and what happens to it. */
class Subject {
  /** The address of its load balancer. */
  public live: string = ADDRESSES[0];
  /** Since when HAProxy holds what the load balancer does not have, by the samples. */
  #driftSince?: number;
  readonly drifts: { begin: number; end: number; address: string }[] = [];

  public constructor(
    public readonly proxy: WatchedProxy,
    private readonly monitor: Monitor,
  ) {}

  /** Begins, or ends, what happens. */
  public async apply(kind: Kind, begins: boolean): Promise<void> {
    const { proxy, monitor } = this;
    switch (kind) {
      case 'drift':
        if (begins) {
          this.live = ADDRESSES.find((one) => one !== this.live)!;
          monitor.point(proxy, this.live);
        } else {
          proxy.dns.point(this.live);
        }
        return;
      case 'killed':
        return begins ? proxy.signal('SIGKILL') : proxy.restart();
      case 'stopped':
        return proxy.signal(begins ? 'SIGSTOP' : 'SIGCONT');
      case 'failed':
        monitor.point(proxy, this.live, begins ? 'failed' : 'active');
        return;
      case 'malformed':
        return begins ? monitor.breakRecord(proxy) : monitor.register(proxy, this.live);
      case 'unregistered':
        return begins ? monitor.unregister(proxy) : monitor.register(proxy, this.live);
    }
  }

  /** Looks at what the process holds, without the checker. */
  public async sample(): Promise<void> {
    const live = this.live;
    const held = await this.proxy.held();
    const wrong = held?.find((address) => address !== live);
    if (wrong !== undefined && live === this.live) {
      this.#driftSince ??= Date.now();
    } else if (held !== undefined && held.length > 0 && this.#driftSince !== undefined) {
      const address = ADDRESSES.find((one) => one !== live)!;
      this.drifts.push({ begin: this.#driftSince, end: Date.now(), address });
      this.#driftSince = undefined;
    }
  }
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '9' },
    every: { type: 'string', default: '15' },
    branch: { type: 'string', default: '3.2' },
    seed: { type: 'string', default: '1' },
    output: { type: 'string' },
  },
});

function numberOf(name: 'minutes' | 'every' | 'seed'): number {
  const value = Number(values[name]);
  if (!(value > 0)) {
    throw new Error(`--${name} ${values[name]} is not a number above 0`);
  }
  return value;
}

async function main(): Promise<number> {
  const every = numberOf('every') * 1000;
  const cycles = Math.floor((numberOf('minutes') * 60_000) / every);
  const planned = scheduleOf(cycles, PROXIES, numberOf('seed'));
  if (planned.length === 0) {
    throw new Error(
      `in ${cycles} cycles of a run and a census nothing can happen: give more minutes, or less time for each`,
    );
  }
  const binary = await anyUsable(values.branch);
  const folder = values.output ?? mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-evidence-'));
  const nodes = new LocalNodes();
  const subjects: Subject[] = [];
  const monitor = await Monitor.start(binary, folder, every / 1000);
  try {
    let port = 0;
    for (const address of ADDRESSES) {
      port = await nodes.start('ok', address, port);
    }
    for (let i = 0; i < PROXIES; i += 1) {
      const proxy = await WatchedProxy.start(binary, `proxy-${i}`, ADDRESSES[0], port);
      subjects.push(new Subject(proxy, monitor));
      monitor.register(proxy, ADDRESSES[0]);
    }
    console.log(`HAProxy ${binary.version}: ${PROXIES} proxies, ${cycles} runs and censuses, ${planned.length} faults`);
    const { happened, censuses } = await play(planned, subjects, monitor, cycles, every);
    writeFileSync(path.join(folder, 'happened.jsonl'), happened.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const wanted = planned.filter(({ kind }) => kind === 'drift').length;
    const drifts = happened.filter(({ kind }) => kind === 'drift').length;
    if (drifts !== wanted) {
      throw new Error(`the samples saw ${drifts} drifts, and ${wanted} were planned`);
    }
    return await judge(folder, monitor, happened, censuses, every);
  } finally {
    await Promise.all(subjects.map(({ proxy }) => proxy.close()));
    await monitor.close();
    await nodes.close();
    if (values.output === undefined) {
      rmSync(folder, { recursive: true });
    }
  }
}

interface Taken {
  readonly census: string;
  readonly answered: boolean;
  readonly at: number;
}

/** Lets everything happen. */
async function play(
  planned: readonly Planned[],
  subjects: readonly Subject[],
  monitor: Monitor,
  cycles: number,
  every: number,
): Promise<{ happened: Happened[]; censuses: Taken[] }> {
  const start = Date.now();
  const end = start + cycles * every;
  const happened: Happened[] = [];
  const censuses: Taken[] = [];
  const until = (time: number) => sleep(Math.max(0, time - Date.now()));
  const happen = async ({ kind, proxy, begin, end: over }: Planned) => {
    await until(start + begin * every);
    const began = Date.now();
    const apply = (begins: boolean) =>
      applied(kind, proxy === undefined ? undefined : subjects[proxy]!, monitor, begins);
    await apply(true);
    await until(start + over * every);
    await apply(false);
    // The begin and the end of a drift are those of the samples.
    if (kind !== 'drift') {
      happened.push({
        kind,
        begin: began,
        end: Date.now(),
        ...(proxy !== undefined && { proxy: subjects[proxy]!.proxy.name }),
      });
    }
  };
  const check = async () => {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      await until(start + cycle * every);
      await monitor.run();
      await until(start + (cycle + 0.5) * every);
      const at = Date.now();
      censuses.push({ ...(await monitor.census()), at });
    }
  };
  const sample = async () => {
    while (Date.now() < end) {
      await Promise.all(subjects.map((subject) => subject.sample()));
      await sleep(SAMPLE_MILLIS);
    }
  };
  await Promise.all([...planned.map(happen), check(), sample()]);
  for (const { proxy, drifts } of subjects) {
    happened.push(...drifts.map((one): Happened => ({ kind: 'drift', proxy: proxy.name, ...one })));
  }
  return { happened, censuses };
}

async function applied(kind: Kind, subject: Subject | undefined, monitor: Monitor, begins: boolean): Promise<void> {
  if (subject !== undefined) {
    await subject.apply(kind, begins);
  } else if (kind === 'down') {
    monitor.down = begins;
  } else {
    monitor.closed = begins;
  }
}

/** Compares the documents with what happened. @returns the exit code */
async function judge(
  folder: string,
  monitor: Monitor,
  happened: readonly Happened[],
  censuses: readonly Taken[],
  every: number,
): Promise<number> {
  const read = (key: string) => JSON.parse(readFileSync(path.join(folder, key), 'utf8'));
  const { monitor: key } = await monitor.month(censuses[0]!.census.slice(0, 7));
  const month: MonitorMonth = read(key);
  const tolerance = { every, slack: SLACK_MILLIS };
  const faults = [
    ...checksumsIn(folder),
    ...schemaFaultsIn(folder),
    ...faultsIn(month, happened, tolerance),
    ...censusFaultsIn(month, happened, censuses),
  ];
  // As if a census were taken seldom: what was between them is in the record of the monitor.
  const seldom = censuses.filter((_, i) => i % 10 === 0 || i === censuses.length - 1);
  const documents = seldom.map(({ census }): MonitorCensus => read(Monitor.documentOf(census)));
  const few = monthOf(month.month, month.monitor, documents);
  const gone = new Set(happened.filter(({ kind }) => kind === 'unregistered').map(({ proxy }) => proxy));
  // A monitor forgets a proxy that is not registered.
  const withoutGone = { proxies: few.proxies.filter(({ name }) => !gone.has(name)) };
  const stayed = happened.filter(({ proxy }) => proxy === undefined || !gone.has(proxy));
  faults.push(...faultsIn(withoutGone, stayed, tolerance).map((fault) => `of ${seldom.length} censuses: ${fault}`));
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const all = happened.filter((one) => one.kind === kind);
    const minutes = all.reduce((sum, { begin, end }) => sum + end - begin, 0) / 60_000;
    console.log(`${String(all.length).padStart(3)} times, ${minutes.toFixed(1)} minutes: ${KINDS[kind]}`);
  }
  const incidents = month.proxies.flatMap((one) => one.incidents.filter(({ severity }) => severity !== 'info'));
  const blind = month.proxies.flatMap((one) => one.blind);
  console.log(
    `the month has ${month.censuses.length} censuses, ${incidents.length} incidents and ${blind.length} blind times; of ${seldom.length} of the censuses the same, for the proxies that stayed registered`,
  );
  for (const fault of faults) {
    console.log(`FAILED ${fault}`);
  }
  console.log(
    faults.length === 0 ? 'ok     the documents say what happened, and nothing else' : `${faults.length} faults`,
  );
  return faults.length === 0 ? 0 : 1;
}

/** Censuses that were taken are in the month, and those that the monitor did not answer are named. */
function censusFaultsIn(
  { censuses, proxies }: MonitorMonth,
  happened: readonly Happened[],
  taken: readonly Taken[],
): string[] {
  const faults: string[] = [];
  const wanted = taken.map(({ census, answered }) => `${census}${answered ? '' : ' failed'}`).join();
  const got = censuses.map(({ census, failed }) => `${census}${failed === undefined ? '' : ' failed'}`).join();
  if (wanted !== got) {
    faults.push(`the censuses of the month are ${got}, and not ${wanted}`);
  }
  for (const { name, censuses: count } of proxies) {
    const away = happened.filter(({ kind, proxy }) => kind === 'unregistered' && proxy === name);
    const expected = taken.filter(
      ({ at, answered }) => answered && !away.some(({ begin, end }) => at > begin && at < end),
    );
    if (count !== expected.length) {
      faults.push(`${name} is in ${count} censuses, and not in ${expected.length}`);
    }
  }
  return faults;
}

/** Every checksum, by the program that everybody has. */
function checksumsIn(folder: string): string[] {
  return filesIn(folder, '.sha256').flatMap((file) => {
    try {
      execFileSync('sha256sum', ['--check', '--strict', path.basename(file)], {
        cwd: path.dirname(file),
        stdio: 'pipe',
      });
      return [];
    } catch {
      return [`the checksum ${file} is wrong`];
    }
  });
}

/** Every document, by the published schema. */
function schemaFaultsIn(folder: string): string[] {
  const schema = JSON.parse(readFileSync('census.schema.json', 'utf8'));
  const validate = addFormats(new Ajv({ strict: false })).compile(schema);
  return filesIn(folder, '.json')
    .filter((file) => !file.includes(`${path.sep}working${path.sep}`))
    .flatMap((file) =>
      validate(JSON.parse(readFileSync(file, 'utf8'))) ? [] : [`${file} is not valid by the schema`],
    );
}

function filesIn(folder: string, ending: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));
}

// An exit ends the processes that were started, and a signal alone does not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(130));
}
main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`FAILED ${error.message}`);
    process.exit(2);
  },
);
