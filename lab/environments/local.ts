import type { HaproxyBinary } from '../../testbed/binaries';
import type { DnsFailure, DnsListener } from '../../testbed/dns-server';
import { LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { LocalHost, type ProxyHost } from '../../testbed/proxy-under-test';
import type { Environment } from './environment';

/** Processes and servers on the loopback addresses of this machine. */
export class LocalEnvironment implements Environment {
  /** See {@link StartEnvironment}. */
  public static async start(texts: readonly string[]): Promise<LocalEnvironment> {
    const loadBalancer = await LoadBalancer.start(texts);
    return new LocalEnvironment(loadBalancer, await loadBalancer.listen());
  }

  private constructor(
    private readonly loadBalancer: LoadBalancer,
    private readonly checkerDns: DnsListener,
  ) {}

  public get upstreamPort(): number {
    return this.loadBalancer.port;
  }

  public get checkerNameserver(): string {
    return this.checkerDns.address;
  }

  public addressOf(node: number): string {
    return nodeAddress(node);
  }

  public async point(addresses: readonly string[]): Promise<void> {
    this.loadBalancer.point(addresses);
  }

  public async failDns(failure: DnsFailure | undefined): Promise<void> {
    this.loadBalancer.dns.failAll(failure);
  }

  public stopNode(node: number): Promise<void> {
    return this.loadBalancer.kill(nodeAddress(node));
  }

  public restartNode(node: number): Promise<void> {
    return this.loadBalancer.restart(node);
  }

  public async host(binary: HaproxyBinary): Promise<ProxyHost> {
    return new LocalHost(binary, await this.loadBalancer.listen());
  }

  public close(): Promise<void> {
    return this.loadBalancer.close();
  }
}
