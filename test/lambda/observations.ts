import type { ObservedTask, ObservedUpstream, RawObservation } from '../../lambda/controller/domain/raw-observation';
import { FULL_ANSWER, type ObservedRuntime, type ResolverCounters, type Slot } from '../../lib/contract/probe';
import type { RegistryRecord } from '../../lib/contract/registry-record';

/** The start of all watches: whole seconds, as a JSON round trip must keep them. */
export const START = Date.parse('2026-11-22T12:00:00Z');

/** The load balancer's name. */
export const ELB = 'elb.test';

/** A proxy whose tasks resolve every 10 s and keep addresses for 30 s after the last answer, 10 min without answers. */
export const RECORD: RegistryRecord = {
  proxy: 'orders',
  haproxyVersion: '3.2',
  upstreams: [{ backend: 'upstream', dnsName: ELB, port: 80 }],
  tasks: { cluster: 'fleet', service: 'orders', runtimeApiPort: 9990 },
  probe: 'arn:aws:lambda:eu-west-1:111122223333:function:probe',
  resolutionSeconds: 10,
  dnsWindowSeconds: 100,
  holdSeconds: 600,
  graceChecks: 2,
};

/** Slots of the backend `upstream` with these addresses, in this order. They follow the load balancer's name. */
export function slots(...addresses: (string | undefined)[]): Slot[] {
  return addresses.map((address, i) => ({
    backend: 'upstream',
    name: `elb${i + 1}`,
    ...(address !== undefined && { address }),
    fqdn: ELB,
    checked: true,
    sessions: 1,
  }));
}

/** Counters of a process that has one section of resolvers, all of whose answers were good unless stated otherwise. */
export function resolvers(sent: number, valid = sent, failures: Record<string, number> = {}): ResolverCounters[] {
  return [{ section: 'dns', sent, valid, failures }];
}

/** What DNS and the APIs say. The interfaces cannot be read unless they are given. */
export function upstream(
  addresses: readonly string[],
  {
    interfaces,
    dns = {},
    ...more
  }: Partial<Omit<ObservedUpstream, 'dns'>> & { dns?: Partial<ObservedUpstream['dns']> } = {},
): ObservedUpstream {
  return {
    dns: {
      addresses: [...addresses].sort(),
      largestAnswer: Math.min(addresses.length, FULL_ANSWER),
      ttlSeconds: 60,
      unanswered: [],
      degraded: [],
      ...dns,
    },
    owned: [],
    ...(interfaces !== undefined && { interfaces }),
    readable: interfaces !== undefined,
    routing: 'any',
    problems: [],
    degraded: [],
    ...more,
  };
}

/** A process that runs for an hour and holds two addresses. Its counters are those of its start. */
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
  return { task: { id, endpoint: `${id}:9990` }, unreachable: 'connection refused' };
}

/** What a check saw: a load balancer with two addresses by DNS and interfaces, one healthy task, unless stated otherwise. */
export function raw({
  live = ['10.0.0.1', '10.0.0.2'],
  upstreams = [upstream(live, { interfaces: live })],
  tasks = [read('task-1')],
  ...more
}: Partial<RawObservation> & { readonly live?: readonly string[] } = {}): RawObservation {
  return { upstreams, tasks, ...more };
}

/** The same, by DNS alone. */
export function byName(live: readonly string[], more: Partial<RawObservation> = {}): RawObservation {
  return raw({ upstreams: [upstream(live)], ...more });
}
