import { checkProxy } from '../lambda/controller/check';
import type { ProxyReport } from '../lambda/controller/domain/proxy-report';
import { NO_STATE, type ProxyState } from '../lambda/controller/domain/state';
import { localProbes } from '../lambda/controller/local-probes';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { UPSTREAM_BACKEND } from '../lib/haproxy/model/check-upstream';
import type { HaproxyBinary } from './binaries';
import { elbNameFor } from './load-balancer';

/** ARN of the function that asks processes. */
const PROBE = 'arn:aws:lambda:eu-west-1:123456789012:function:probe';

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
    probe: PROBE,
    resolutionSeconds: 1,
    dnsWindowSeconds: 60,
    holdSeconds: 60,
    graceChecks: 2,
    ...more,
  };
}

/** The checker on this machine: it asks DNS and runtime APIs itself, and keeps its state from one check to the next. */
export class Checker {
  public state: ProxyState = NO_STATE;

  /** Checks a proxy. @param now ms since 1970 */
  public async check(
    record: RegistryRecord,
    aws: Parameters<typeof localProbes>[0] = {},
    now = Date.now(),
  ): Promise<ProxyReport> {
    const report = await checkProxy(record, this.state, localProbes(aws), now);
    this.state = report.state;
    return report;
  }
}
