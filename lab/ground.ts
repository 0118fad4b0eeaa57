import type { HaproxyBinary } from '../testbed/binaries';
import type { DnsFailure } from '../testbed/dns-server';
import type { ConfigurationKind } from './contender';

/** What a world is made of, be it processes of this machine or containers. Nodes are counted from 0. */
export interface Ground {
  /** The port of every node. */
  readonly upstreamPort: number;
  /** `IP:PORT` of the name server, as this process can ask it. */
  readonly checkerNameserver: string;
  addressOf(node: number): string;
  /** The load balancer's name gets these addresses. */
  point(addresses: readonly string[]): Promise<void>;
  /** DNS fails from now on, or answers again. */
  failDns(failure: DnsFailure | undefined): Promise<void>;
  /** A node stops answering. */
  stopNode(node: number): Promise<void>;
  /** A node that had stopped answers again. */
  restartNode(node: number): Promise<void>;
  /** A place for one more HAProxy. */
  place(binary: HaproxyBinary, kind: ConfigurationKind): Promise<Place>;
  /** Ends and removes everything. */
  close(): Promise<void>;
}

/** Builds one whose nodes answer these texts, and whose load balancer has no address yet. */
export type Build = (texts: readonly string[]) => Promise<Ground>;

/** Where one HAProxy runs. */
export interface Place {
  /** The load balancer's name, as this HAProxy can use it. */
  readonly dnsName: string;
  /** `IP:PORT` of the name server, as this HAProxy can ask it. */
  readonly nameserver: string;
  /** How many DNS queries it has sent. */
  readonly queries: number;
  /** What a configuration is to bind; others when asked again. */
  listeners(): Promise<Listeners>;
  /** Runs HAProxy with a configuration; the one before has been stopped. */
  run(config: string): Promise<Running>;
}

/** The ports of one HAProxy, as it binds them. */
export type Listeners = Readonly<Record<'listen' | 'health' | 'runtimeApi', { address?: string; port: number }>>;

/** A HAProxy that has been started. */
export interface Running {
  /** The port of 127.0.0.1 that takes requests. */
  readonly port: number;
  /** `IP:PORT` of its runtime API. */
  readonly runtimeApi: string;
  /** Why it has ended by itself, in what it printed last; nothing while it runs. */
  readonly crash: string | undefined;
  /** Ends it at once. */
  stop(): Promise<void>;
}
