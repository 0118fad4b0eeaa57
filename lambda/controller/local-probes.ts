import type { RegistryRecord } from '../../lib/contract/registry-record';
import { lookUp } from '../probe/dns';
import { type RuntimeTls, readRuntime } from '../probe/runtime-client';
import type { Probes } from './check';
import type { Task } from './domain/observation';

/** What local probes need besides the record, which has the name servers and the endpoints. */
interface LocalProbesOptions {
  /** @default - the endpoints of the record; each is the id of its task */
  readonly tasks?: readonly Task[];
  /** Addresses that the API of the load balancer would name. @default - none */
  readonly owned?: readonly string[];
  /** Addresses of the load balancer's network interfaces. @default - not known: the addresses come from DNS alone */
  readonly interfaces?: readonly string[];
  /** @default - plain TCP */
  readonly tls?: RuntimeTls;
}

/** Probes that ask DNS and runtime APIs, and no API of AWS: for a check from a terminal or in a test bed. */
export function localProbes({ tasks, owned = [], interfaces, tls }: LocalProbesOptions = {}): Probes {
  return {
    upstream: async ({ dnsName }, { nameservers }) => ({
      ...(await lookUp(dnsName, nameservers)),
      owned,
      interfaces,
    }),
    tasks: async (record) => tasks ?? endpointTasks(record),
    runtime: (endpoint) => readRuntime(endpoint, { tls }),
  };
}

/** The tasks of a record that lists endpoints. An endpoint is the id of its task. */
export function endpointTasks({ tasks }: Pick<RegistryRecord, 'tasks'>): Task[] {
  return 'endpoints' in tasks ? tasks.endpoints.map((endpoint) => ({ id: endpoint, endpoint })) : [];
}
