import pLimit from 'p-limit';
import { OutOfTime } from '../../lib/contract/out-of-time';
import type { RuntimeTls } from '../../lib/contract/probe';
import { chunksOf } from './aws/in-batches';
import type { Listed } from './aws/listed';
import { type ObservedBalancer, readBalancers } from './aws/load-balancers';
import { type OwnerQuery, readOwners } from './aws/owners';
import { invokeProbe } from './aws/probe-client';
import type { RegistryEntry } from './aws/registry';
import { readSecrets } from './aws/secrets';
import type { StoredState } from './aws/state-table';
import { TimeLimit } from './aws/time-limit';
import { observationOf, questionsOf, type RunningTasks } from './check';
import { type ProxyReport, type ReportSettings, reportOn, reportUnchecked } from './domain/proxy-report';
import type { RawObservation, TaskListing } from './domain/raw-observation';
import { reasonOf } from './domain/reason';
import type { ProxyState } from './domain/state';
import { endpointTasks, identityOf, type ListedSource, tasksOf } from './domain/task-source';
import { readListings, type SourceInVpc } from './listings';
import { readAnswer } from './probe-answer';
import { Answers, type Part, type ProbeCall, planCalls } from './probe-calls';

/**
 * How many probes run at the same time. A new account may run ten functions at once: these, the controller and a gate.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const CONCURRENT_CALLS = 8;

/** The most that a probe gets for one call: 100 processes that do not answer take 6 s, and a name 4 s. */
const CALL_MILLIS = 12_000;
/** With less time a probe is not asked. */
const MIN_CALL_MILLIS = 300;
/** The time that the network takes for a call, both ways. */
const NETWORK_MILLIS = 100;

/** Bytes of answers that are kept at once, for proxies whose processes are in several calls. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/**
 * For how many runs the tasks of an earlier listing are checked in place of a new one. 1,000 services with a cluster each
 * take ECS three runs a minute apart. The longer it is, the later a new task is found, and the more likely is it that AWS
 * has given the address of one that stopped to another task.
 */
const LISTING_RUNS = 5;

/** The part of the time for reading in which AWS lists load balancers, tasks and secrets. */
const SHARE_FOR_AWS = 0.6;

/** How many reasons for one failure are logged. */
const MAX_REASONS = 20;

/** How many proxies that were not asked about are reported together. */
const UNASKED_BATCH = 50;

/** A proxy that was checked. */
export interface Checked {
  readonly entry: RegistryEntry;
  /** What was read of its state. */
  readonly stored: StoredState;
  readonly report: ProxyReport;
}

/** Where and until when a fleet is checked. */
interface FleetContext {
  /** ARN of this function: which load balancers it can read. */
  readonly functionArn: string;
  readonly settings: Required<ReportSettings>;
  /** When to stop reading what AWS lists, and processes; milliseconds since 1970. */
  readonly readUntil: number;
  /** When to stop asking AWS for the owners of addresses; milliseconds since 1970. */
  readonly checkUntil: number;
  /** The tasks of a proxy as an earlier run listed them. @default - there is none */
  readonly listed: (entry: RegistryEntry) => TaskListing | undefined;
  /** The state of a proxy. Rejects when it cannot be fetched. */
  readonly load: (entry: RegistryEntry) => Promise<{ stored: StoredState; state: ProxyState }>;
  /** Takes what was found, some proxies at a time. It is not kept: for thousands of tasks that would be most of the memory. */
  readonly done: (checked: readonly Checked[]) => Promise<void>;
  /** Takes what failed besides: one line, with the reasons. */
  readonly degraded: (message: string, reasons: readonly string[]) => void;
}

/** A proxy whose processes are known. */
interface Subject {
  readonly entry: RegistryEntry;
  readonly running: RunningTasks;
  readonly balancers: readonly ObservedBalancer[];
}

/** A proxy that is being asked about. */
interface Asking extends Subject {
  answers: Answers;
  /** Bytes of its answers so far. */
  bytes: number;
}

/** Checks proxies in the given order, as far as the time allows. Each of them is handed to `done`, once. */
export async function checkFleet(entries: readonly RegistryEntry[], context: FleetContext): Promise<void> {
  const aws = new TimeLimit((context.readUntil - Date.now()) * SHARE_FOR_AWS);
  const owners = new TimeLimit(context.checkUntil - Date.now());
  try {
    await checkWithin(entries, { ...context, aws, owners });
  } finally {
    aws.clear();
    owners.clear();
  }
}

/** A check in progress. */
interface Check extends FleetContext {
  /** How long AWS may take to list load balancers, tasks and secrets. */
  readonly aws: TimeLimit;
  /** How long AWS may take to name the owners of addresses. */
  readonly owners: TimeLimit;
}

async function checkWithin(entries: readonly RegistryEntry[], context: Check): Promise<void> {
  const { functionArn, aws } = context;
  const records = entries.map(({ record }) => record);
  const listings = new Map(entries.flatMap((entry) => listingOf(entry, context)));
  const [balancerOf, running, secretOf] = await Promise.all([
    readBalancers(
      records.flatMap(({ upstreams }) => upstreams),
      functionArn,
      aws,
    ),
    readListings(oldestFirst(records, listings), aws, (source) => listings.get(source)),
    readSecrets(
      records.flatMap(({ runtimeApiTls }) => runtimeApiTls?.secretArn ?? []),
      aws,
    ),
  ]);
  const subjects: Subject[] = [];
  const unlisted = new Set<string>();
  const unasked: [RegistryEntry, string][] = [];
  for (const entry of entries) {
    const { tasks, upstreams, runtimeApiTls } = entry.record;
    const listed =
      'endpoints' in tasks
        ? { tasks: endpointTasks(tasks) }
        : runningOf(tasks, running(tasks), youngOf(listings.get(tasks), context), unlisted);
    // Without the secret no task of the proxy can be read, and the tasks are not the cause.
    const secret = runtimeApiTls && secretOf(runtimeApiTls.secretArn);
    if ('failed' in listed) {
      unasked.push([entry, listed.failed]);
    } else if (secret !== undefined && 'failed' in secret) {
      unasked.push([entry, secret.failed]);
    } else {
      subjects.push({ entry, running: listed, balancers: upstreams.map(balancerOf) });
    }
  }
  if (unlisted.size > 0) {
    const message = 'AWS did not list the tasks of some proxies: those of an earlier run were checked';
    context.degraded(message, [...unlisted].slice(0, MAX_REASONS));
  }
  await Promise.all([reportAllUnchecked(unasked, context), askAll(subjects, secretOf, context)]);
}

/** The listing of a proxy's source that an earlier run made. Of any age it says what its tasks are. */
function listingOf(
  entry: RegistryEntry,
  { listed }: FleetContext,
): (readonly [source: ListedSource, listing: TaskListing])[] {
  const { tasks } = entry.record;
  if ('endpoints' in tasks) {
    return [];
  }
  const listing = listed(entry);
  return listing === undefined || listing.service !== identityOf(tasks) ? [] : [[tasks, listing]];
}

/** A listing that is young enough to be checked in place of a new one. */
function youngOf(
  listing: TaskListing | undefined,
  { settings: { intervalSeconds } }: FleetContext,
): TaskListing | undefined {
  // A run may begin late.
  const mostMillis = (LISTING_RUNS + 0.5) * intervalSeconds * 1000;
  return listing !== undefined && Date.now() - listing.at < mostMillis ? listing : undefined;
}

/** The sources of records: first those without a listing or with an outdated one, then those that were listed longest ago. */
function oldestFirst(
  records: readonly RegistryEntry['record'][],
  listings: ReadonlyMap<ListedSource, TaskListing>,
): SourceInVpc[] {
  const sources = records.flatMap(({ tasks, probe }) => ('endpoints' in tasks ? [] : [{ source: tasks, probe }]));
  const listedAt = ({ source }: SourceInVpc) => {
    const { at = 0, outdated = false } = listings.get(source) ?? {};
    return outdated ? 0 : at;
  };
  return sources.sort((a, b) => listedAt(a) - listedAt(b));
}

/** The tasks of a source as AWS lists them now or, where it did not, as it did in an earlier run. */
function runningOf(
  source: ListedSource,
  now: Listed,
  before: TaskListing | undefined,
  unlisted: Set<string>,
): RunningTasks | { readonly failed: string } {
  if (!('failed' in now)) {
    return { ...now, tasks: tasksOf(now.listing, source) };
  }
  if (before === undefined) {
    return now;
  }
  unlisted.add(now.failed);
  return { tasks: tasksOf(before, source), listing: before, remembered: true };
}

type SecretOf = (arn: string) => RuntimeTls | { readonly failed: string };

/** Asks the probes about all subjects, and hands on each proxy as soon as all of it is answered. */
async function askAll(subjects: readonly Subject[], secretOf: SecretOf, context: Check): Promise<void> {
  const asking = subjects.map((subject): Asking => ({ ...subject, answers: new Answers([]), bytes: 0 }));
  const calls = planCalls(
    asking.map((proxy) => ({
      proxy,
      probe: proxy.entry.record.probe,
      questions: questionsOf(proxy.entry.record, proxy.running, proxy.balancers),
    })),
  );
  const partsOf = new Map<Asking, Part<Asking>[]>();
  for (const part of calls.flatMap(({ parts }) => parts)) {
    partsOf.set(part.proxy, [...(partsOf.get(part.proxy) ?? []), part]);
  }
  for (const [proxy, parts] of partsOf) {
    proxy.answers = new Answers(parts);
  }
  const held = { bytes: 0 };
  const limit = pLimit(CONCURRENT_CALLS);
  await Promise.all(
    calls.map((call) =>
      limit(async () => {
        await ask(call, secretOf, context.readUntil, held);
        const complete = call.parts.map(({ proxy }) => proxy).filter(({ answers }) => answers.complete);
        const checked = await evaluateAll(complete, context);
        for (const proxy of complete) {
          held.bytes -= proxy.bytes;
          proxy.answers = new Answers([]);
        }
        await context.done(checked);
      }),
    ),
  );
}

/** Makes one call, and gives its parts their answers. Never rejects. */
async function ask(
  { probe, names, processes, parts }: ProbeCall<Asking>,
  secretOf: SecretOf,
  deadline: number,
  held: { bytes: number },
): Promise<void> {
  const millis = Math.floor(Math.min(CALL_MILLIS, deadline - Date.now() - NETWORK_MILLIS));
  const secrets = [...new Set(processes.flatMap(({ tls }) => tls ?? []))];
  try {
    if (millis < MIN_CALL_MILLIS) {
      throw new OutOfTime();
    }
    const tls = Object.fromEntries(secrets.map((arn) => [arn, secretOf(arn) as RuntimeTls]));
    const request = { millis, names, processes, ...(secrets.length > 0 && { tls }) };
    const payload = await invokeProbe(probe, request);
    const answer = readAnswer(payload, request);
    const split = parts.some(({ proxy }) => proxy.answers.parts.length > 1);
    if (split && held.bytes + payload.length > MAX_HELD_BYTES) {
      throw new Error(`the answers about the processes of one proxy have more than ${MAX_HELD_BYTES} bytes`);
    }
    for (const part of parts) {
      part.proxy.answers.take(part, answer);
    }
    if (split) {
      held.bytes += payload.length;
      parts[0]!.proxy.bytes += payload.length;
    }
  } catch (error) {
    const why = reasonOf(error);
    for (const part of parts) {
      part.proxy.answers.miss(part, why, error instanceof OutOfTime ? { unchecked: true } : { unreachable: why });
    }
  }
}

/** Evaluates what was answered. Where the truth lacks a held address, it asks AWS for the owner and evaluates once more. */
async function evaluateAll(proxies: readonly Asking[], context: Check): Promise<Checked[]> {
  const evaluated = await Promise.all(proxies.map((proxy) => evaluate(proxy, context)));
  const unexplained = evaluated.flatMap((one) => {
    return one.raw === undefined || one.report.unexplained.length === 0
      ? []
      : [{ ...one, raw: one.raw, query: queryOf(one) }];
  });
  if (unexplained.length === 0) {
    return evaluated;
  }
  const { ownersOf, degraded } = await readOwners(
    unexplained.map(({ query }) => query),
    context.owners,
  );
  if (degraded.length > 0) {
    context.degraded('the owners of some addresses could not be read', degraded);
  }
  const explained = new Map<RegistryEntry, Checked>();
  for (const { entry, stored, state, raw, query, at } of unexplained) {
    const owners = ownersOf(query);
    if (Object.keys(owners).length > 0) {
      explained.set(entry, {
        entry,
        stored,
        report: reportOn(entry.record, state, { ...raw, owners }, at, context.settings),
      });
    }
  }
  return evaluated.map((one) => explained.get(one.entry) ?? one);
}

interface Evaluated extends Checked {
  readonly state: ProxyState;
  readonly at: number;
  /** @default - there is none */
  readonly raw?: RawObservation;
}

async function evaluate({ entry, running, balancers, answers }: Asking, context: FleetContext): Promise<Evaluated> {
  const { stored, state } = await context.load(entry);
  const at = Date.now();
  try {
    if (answers.failure !== undefined) {
      throw new Error(answers.failure);
    }
    const raw = observationOf(entry.record, running, balancers, answers.all);
    return { entry, stored, state, at, raw, report: reportOn(entry.record, state, raw, at, context.settings) };
  } catch (error) {
    return {
      entry,
      stored,
      state,
      at,
      report: reportUnchecked(entry.record, state, reasonOf(error), at, context.settings),
    };
  }
}

function queryOf({ entry, report }: Checked): OwnerQuery {
  const { tasks } = report.observation;
  const hosts = tasks.flatMap(
    ({ task: { endpoint = '' } }) => /^\[?([0-9a-fA-F:.]+)\]?:\d+$/.exec(endpoint)?.[1] ?? [],
  );
  // A few are enough to find their VPC.
  return {
    addresses: report.unexplained,
    upstreams: entry.record.upstreams,
    taskAddresses: [...new Set(hosts)].slice(0, 3),
  };
}

/** Reports proxies that were not asked about. */
async function reportAllUnchecked(unasked: readonly [RegistryEntry, string][], context: FleetContext): Promise<void> {
  for (const batch of chunksOf(unasked, UNASKED_BATCH)) {
    await context.done(
      await Promise.all(
        batch.map(async ([entry, why]) => {
          const { stored, state } = await context.load(entry);
          return { entry, stored, report: reportUnchecked(entry.record, state, why, Date.now(), context.settings) };
        }),
      ),
    );
  }
}
