import { checkProxy, type Senses } from '../lambda/controller/check';
import type { ProxyReport } from '../lambda/controller/domain/conclude';
import type { Task } from '../lambda/controller/domain/observation';
import { NO_STATE, type ProxyState } from '../lambda/controller/state/state';
import { lookUp } from '../lambda/probe/dns';
import { readRuntime } from '../lambda/probe/runtime-client';
import type { RegistryRecord } from '../lib/contract/contract';
import { UPSTREAM_BACKEND } from '../lib/haproxy/model/check-upstream';
import type { HaproxyBinary } from './binaries';
import { elbNameFor } from './load-balancer';

/** The registry's record of a HAProxy of the test bed, with periods of a second. */
export function registryRecord(
  binary: Pick<HaproxyBinary, 'branch'>,
  nameserver: string,
  more: Partial<RegistryRecord> = {},
): RegistryRecord {
  return {
    proxy: 'orders',
    haproxyVersion: binary.branch,
    upstreams: [{ backend: UPSTREAM_BACKEND, dnsName: elbNameFor(binary), port: 80 }],
    nameservers: [nameserver],
    tasks: { endpoints: [] },
    resolutionSeconds: 1,
    dnsWindowSeconds: 60,
    graceSeconds: 60,
    ...more,
  };
}

/** What AWS would say of a load balancer and of the tasks. */
export interface AwsAnswers {
  /** The running tasks. @default - one for each endpoint of the record */
  readonly tasks?: readonly Task[];
  /** The addresses that the API of the load balancer names. @default - none */
  readonly owned?: readonly string[];
  /** The addresses of its network interfaces. @default - they cannot be read */
  readonly interfaces?: readonly string[];
}

/** The checker on this machine: it asks DNS and runtime APIs itself, and keeps its state from one check to the next. */
export class Checker {
  public state: ProxyState = NO_STATE;

  /** Checks a proxy. @param now ms since 1970 */
  public async check(record: RegistryRecord, aws: AwsAnswers = {}, now = Date.now()): Promise<ProxyReport> {
    const report = await checkProxy(record, this.state, probesOf(record, aws), now);
    this.state = report.state;
    return report;
  }
}

function probesOf({ nameservers, tasks }: RegistryRecord, aws: AwsAnswers): Senses {
  const { owned = [], interfaces } = aws;
  const endpoints = 'endpoints' in tasks ? tasks.endpoints : [];
  const running = aws.tasks ?? endpoints.map((endpoint): Task => ({ id: endpoint, endpoint }));
  return {
    upstream: async ({ dnsName }) => ({ ...(await lookUp(dnsName, nameservers)), owned, interfaces }),
    tasks: async () => running,
    runtime: (endpoint) => readRuntime(endpoint),
  };
}
