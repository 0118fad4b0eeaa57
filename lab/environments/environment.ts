import type { HaproxyBinary } from '../../testbed/binaries';
import type { DnsFailure } from '../../testbed/dns-server';
import type { ConfigurationKind, ProxyHost } from '../../testbed/proxy-under-test';

/** The environment of the load balancer, DNS and the HAProxys. Nodes are counted from 0. */
export interface Environment {
  /** The port of every node. */
  readonly upstreamPort: number;
  /** `IP:PORT` of the name server, as the checker in this process can ask it. */
  readonly checkerNameserver: string;
  addressOf(node: number): string;
  /** The load balancer's name gets these addresses. */
  point(addresses: readonly string[]): Promise<void>;
  /** DNS fails from now on, or answers again. */
  failDns(failure: DnsFailure | undefined): Promise<void>;
  /** A node stops answering. */
  stopNode(node: number): Promise<void>;
  /** A node that was stopped answers again; with a text, somebody else does at its address. */
  restartNode(node: number, text?: string): Promise<void>;
  /** Prepares one more HAProxy. */
  host(binary: HaproxyBinary, kind: ConfigurationKind): Promise<ProxyHost>;
  /** Ends and removes everything. */
  close(): Promise<void>;
}

/**
 * Starts an environment whose nodes answer these texts, and whose load balancer has no address yet.
 *
 * @param zone the nodes in the zone of the HAProxys, if they are to prefer it
 */
export type StartEnvironment = (texts: readonly string[], zone?: readonly number[]) => Promise<Environment>;
