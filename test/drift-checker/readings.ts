import type { LiveUpstream, Reading, RuntimeReading, TaskReading } from '../../lambda/drift-checker/reading';
import type { Slot } from '../../lib/haproxy/runtime-parse';
import type { RegistryRecord } from '../../lib/private/contract';

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

/** A process that runs for an hour, resolves as it should and holds what the load balancer has. */
export const HEALTHY: RuntimeReading = {
  version: '3.2.26',
  uptimeSeconds: 3600,
  queriesSent: 360,
  slots: slots('10.0.0.1', '10.0.0.2'),
};

/** A task that was read. */
export function read(id: string, runtime: Partial<RuntimeReading> = {}): TaskReading {
  return { task: { id, endpoint: `${id}:9990` }, runtime: { ...HEALTHY, ...runtime } };
}

/** A task that could not be read. */
export function unread(id: string): TaskReading {
  return { task: { id, endpoint: `${id}:9990` }, unreachable: 'ECONNREFUSED' };
}

/** What a check saw: one upstream and one healthy task, unless told otherwise. */
export function reading({
  record = RECORD,
  tasks = [read('task-1')],
  ...upstream
}: Partial<Pick<Reading, 'record' | 'tasks'> & Omit<LiveUpstream, 'upstream'>> = {}): Reading {
  const nothing = { leaving: [], problems: [], degraded: [] };
  return {
    record,
    upstreams: [{ upstream: record.upstreams[0]!, live: ['10.0.0.1', '10.0.0.2'], ...nothing, ...upstream }],
    tasks,
  };
}

/** A record whose only upstream names another backend, or none. */
export function recordOf(backend?: string): RegistryRecord {
  return { ...RECORD, upstreams: [{ ...RECORD.upstreams[0]!, backend }] };
}
