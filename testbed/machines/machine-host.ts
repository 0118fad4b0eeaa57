import type { HaproxyBinary } from '../binaries';
import type { DnsListener } from '../dns-server';
import { HaproxyProcess } from '../haproxy-process';
import { elbNameFor } from '../load-balancer';
import type { Listeners, ProxyHost, RunningProxy } from '../proxy-under-test';
import type { Machine } from './machine';

/** Each machine has its own ports. */
const [LISTEN, HEALTH, RUNTIME_API] = [8080, 8404, 9990];

/** A process on a {@link Machine}. */
export class MachineHost implements ProxyHost {
  public constructor(
    private readonly binary: HaproxyBinary,
    private readonly machine: Machine,
    public readonly dns: Readonly<DnsListener>,
  ) {}

  public get dnsName(): string {
    return elbNameFor(this.binary);
  }

  public async listeners(): Promise<Listeners> {
    return { listen: { port: LISTEN }, health: { port: HEALTH }, runtimeApi: { port: RUNTIME_API } };
  }

  public async run(config: string): Promise<RunningProxy> {
    const process = HaproxyProcess.of(this.binary, config, {}, this.machine.inside([]));
    return { port: LISTEN, endpoint: `${this.machine.address}:${RUNTIME_API}`, process };
  }
}
