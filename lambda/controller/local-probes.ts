import type { RuntimeTls } from '../../lib/contract/probe';
import { probe } from '../probe/probe';
import type { Probes } from './check';
import type { Task } from './domain/raw-observation';
import { endpointTasks } from './domain/task-source';

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

/** A runtime API has 3 s at most, a name 4 s: in this time 300 silent processes are asked. */
const MILLIS = 20_000;
/** The name of the TLS material of all processes. */
const TLS = 'local';

/**
 * Probes that run in this process and ask no API of AWS: for a check from a terminal or in a test bed. They are the code
 * of the probe's function.
 */
export function localProbes({ tasks, owned = [], interfaces, tls }: LocalProbesOptions = {}): Probes {
  return {
    balancer: async () => ({
      owned,
      ...(interfaces && { interfaces }),
      readable: interfaces !== undefined,
      problems: [],
      degraded: [],
    }),
    tasks: async ({ tasks: source }) => ({ tasks: tasks ?? ('endpoints' in source ? endpointTasks(source) : []) }),
    ask: ({ names, processes }) =>
      probe({
        millis: MILLIS,
        names,
        processes: tls === undefined ? processes : processes.map((query) => ({ ...query, tls: TLS })),
        ...(tls && { tls: { [TLS]: tls } }),
      }),
  };
}
