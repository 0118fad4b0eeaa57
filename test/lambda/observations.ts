import type {
  LiveUpstream,
  Observation,
  ObservedRuntime,
  ObservedTask,
} from '../../lambda/controller/domain/observation';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import type { ResolverCounters, Slot } from '../../lib/contract/probe';

/** The start of all watches: whole seconds, as a JSON round trip must keep them. */
export const START = Date.parse('2026-11-22T12:00:00Z');

/** A proxy whose tasks resolve every 10 s; a verdict on it becomes an incident after a minute. */
export const RECORD: RegistryRecord = {
  proxy: 'orders',
  haproxyVersion: '3.2',
  upstreams: [{ backend: 'upstream', dnsName: 'elb.test', port: 80 }],
  tasks: { cluster: 'fleet', service: 'orders', runtimeApiPort: 9990 },
  resolutionSeconds: 10,
  dnsWindowSeconds: 100,
  graceSeconds: 60,
};

/** Slots of the backend `upstream` with these addresses, in this order. */
export function slots(...addresses: (string | undefined)[]): Slot[] {
  return addresses.map((address, i) => ({ backend: 'upstream', name: `elb${i + 1}`, address, checked: true }));
}

/** Counters of a process that has one section of resolvers, all of whose answers were good unless stated otherwise. */
export function resolvers(sent: number, valid = sent, failures: Record<string, number> = {}): ResolverCounters[] {
  return [{ section: 'dns', sent, valid, failures }];
}

/** A process that runs for an hour, resolves as it should and holds what the load balancer has. */
export const HEALTHY: ObservedRuntime = {
  version: '3.2.26',
  uptimeSeconds: 3600,
  resolvers: resolvers(360),
  slots: slots('10.0.0.1', '10.0.0.2'),
};

/** A task that was read. */
export function read(id: string, runtime: Partial<ObservedRuntime> = {}): ObservedTask {
  return { task: { id, endpoint: `${id}:9990` }, runtime: { ...HEALTHY, ...runtime } };
}

/** A task that could not be read. */
export function unread(id: string): ObservedTask {
  return { task: { id, endpoint: `${id}:9990` }, unreachable: 'ECONNREFUSED' };
}

/** What a check saw: one upstream and one healthy task, unless stated otherwise. */
export function observation({
  record = RECORD,
  tasks = [read('task-1')],
  at = START,
  deploying,
  ...upstream
}: Partial<Omit<Observation, 'upstreams' | 'unchecked'> & Omit<LiveUpstream, 'upstream'>> = {}): Observation {
  const live = upstream.live ?? ['10.0.0.1', '10.0.0.2'];
  const [first] = record.upstreams;
  const nothing = { leaving: [], silent: [], interfacesKnown: false, problems: [], degraded: [] };
  return {
    record,
    at,
    upstreams: [
      {
        upstream: first!,
        name: first!.backend ?? first!.dnsName,
        alone: true,
        live,
        answers: live,
        settled: live,
        ...nothing,
        ...upstream,
      },
    ],
    tasks,
    deploying,
  };
}

/** A record whose only upstream names another backend, or none. */
export function recordOf(backend?: string): RegistryRecord {
  return { ...RECORD, upstreams: [{ ...RECORD.upstreams[0]!, backend }] };
}
