import type { NameAnswer, NameQuery, ProbeAnswer, ProcessAnswer, ProcessQuery } from '../../lib/contract/probe';
import { type RegistryRecord, type RegistryUpstream, VIEW_PATH } from '../../lib/contract/registry-record';
import type { ObservedBalancer } from './aws/load-balancers';
import { type ProxyReport, reportOn } from './domain/proxy-report';
import type { RawObservation, Task, TaskListing } from './domain/raw-observation';
import type { ProxyState } from './domain/state';

/** The running processes of a proxy. */
export interface RunningTasks {
  readonly tasks: readonly Task[];
  /** How many tasks its service is to have. @default - not known, or it has some */
  readonly desiredCount?: number;
  /** What they are from. @default - a list of endpoints */
  readonly listing?: TaskListing;
  /** Whether an earlier run made the listing. @default false */
  readonly remembered?: boolean;
}

/** What to ask a probe about one proxy. */
export interface Questions {
  readonly names: readonly NameQuery[];
  readonly processes: readonly ProcessQuery[];
}

/** Where the data of a check come from. Each call settles in bounded time. */
export interface Probes {
  /** What the AWS APIs say of a load balancer. Never rejects: the result names what could not be read. */
  readonly balancer: (upstream: RegistryUpstream) => Promise<ObservedBalancer>;
  /** Rejects when the running processes cannot be listed. */
  readonly tasks: (record: RegistryRecord) => Promise<RunningTasks>;
  /** Asks DNS and processes. Rejects when nothing could be asked. */
  readonly ask: (questions: Questions, record: RegistryRecord) => Promise<ProbeAnswer>;
}

/** Why a task without an endpoint cannot be read. */
const NO_ENDPOINT = 'AWS names no address of it, nor of its instance';

/**
 * Checks one proxy: takes a registry record and the state of the last check, returns a report. It keeps no
 * state, so it runs in the functions, in the command line and in tests.
 *
 * @param now milliseconds since 1970
 * @throws when the running tasks cannot be listed, or nothing could be asked
 */
export async function checkProxy(
  record: RegistryRecord,
  state: ProxyState,
  probes: Probes,
  now: number,
): Promise<ProxyReport> {
  const [balancers, running] = await Promise.all([
    Promise.all(record.upstreams.map((upstream) => probes.balancer(upstream))),
    probes.tasks(record),
  ]);
  const answer = await probes.ask(questionsOf(record, running, balancers), record);
  return reportOn(record, state, observationOf(record, running, balancers, answer), now);
}

/** What to ask about a proxy: each name of its upstreams with those of their zones, and each task with an endpoint. */
export function questionsOf(
  record: RegistryRecord,
  { tasks }: RunningTasks,
  balancers: readonly ObservedBalancer[],
): Questions {
  const { nameservers, runtimeApiTls } = record;
  const names = record.upstreams.flatMap((upstream, i) =>
    namesOf(upstream, balancers[i]!).map((name): NameQuery => ({ name, ...(nameservers && { nameservers }) })),
  );
  const processes = tasks.flatMap(({ endpoint }): ProcessQuery[] => {
    if (endpoint === undefined) {
      return [];
    }
    const views = viewsOf(record, endpoint);
    return [{ endpoint, ...(runtimeApiTls && { tls: runtimeApiTls.secretArn }), ...(views && { views }) }];
  });
  return { names, processes };
}

/**
 * The data of a check, from the answers to the questions about it.
 *
 * @param answer in the order of `questionsOf`
 */
export function observationOf(
  record: RegistryRecord,
  { tasks, desiredCount, listing, remembered }: RunningTasks,
  balancers: readonly ObservedBalancer[],
  answer: ProbeAnswer,
): RawObservation {
  const names = [...answer.names];
  const processes = [...answer.processes];
  return {
    upstreams: record.upstreams.map((upstream, i) => {
      const { zones: _, ...balancer } = balancers[i]!;
      const [dns, ...zonal] = names.splice(0, namesOf(upstream, balancers[i]!).length);
      return { ...balancer, dns: withZones(dns!, zonal), ...(zonal.length > 0 && { zonesAsked: true }) };
    }),
    tasks: tasks.map((task) => ({
      task,
      ...(task.endpoint === undefined ? { unreachable: NO_ENDPOINT } : (processes.shift() as ProcessAnswer)),
    })),
    deploying: haveTwoRevisions(tasks),
    ...(listing !== undefined && { listing }),
    ...(desiredCount !== undefined && { desiredCount }),
    ...(remembered !== undefined && { remembered }),
  };
}

/** The name of an upstream, and those of its zones: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html */
function namesOf({ dnsName }: RegistryUpstream, { zones = [] }: ObservedBalancer): string[] {
  return [dnsName, ...zones.map((zone) => `${zone}.${dnsName}`)];
}

/** What a process says of its own resolver, by DNS name; undefined where it does not. */
function viewsOf({ viewPort, upstreams }: RegistryRecord, endpoint: string): ProcessQuery['views'] {
  const port = endpoint.lastIndexOf(':');
  if (viewPort === undefined || endpoint.startsWith('unix:') || port < 0) {
    return undefined;
  }
  const views = upstreams.flatMap(({ dnsName, backend }) =>
    backend === undefined
      ? []
      : [[dnsName, { endpoint: `${endpoint.slice(0, port)}:${viewPort}`, path: `${VIEW_PATH}${backend}` }] as const],
  );
  return views.length === 0 ? undefined : Object.fromEntries(views);
}

/** A zone without an address of its own does not resolve, which is no fault of the name. */
function withZones(dns: NameAnswer, zonal: readonly NameAnswer[]): NameAnswer {
  const addresses = new Set([dns, ...zonal].flatMap((one) => one.addresses));
  return zonal.length === 0 ? dns : { ...dns, addresses: [...addresses].sort() };
}

/** Tasks of two revisions run side by side while a service is being deployed. */
function haveTwoRevisions(tasks: readonly Task[]): boolean {
  return new Set(tasks.map(({ revision }) => revision)).size > 1;
}
