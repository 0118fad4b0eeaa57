/** SSM parameters below the monitor's path: `registry/NAME` has what to check, `state/NAME` the state of the checks. */
export const REGISTRY_FOLDER = 'registry';
/** Folder of the states; see `REGISTRY_FOLDER`. */
export const STATE_FOLDER = 'state';

/** Where the running HAProxy processes of a proxy are found. */
export type TaskSource =
  | { readonly cluster: string; readonly service: string; readonly runtimeApiPort: number }
  | { readonly endpoints: readonly string[] };

/** A load balancer behind a proxy. */
export interface RegistryUpstream {
  /**
   * The backend whose slots hold the upstream's addresses: the slots that follow the DNS name, or all if none follows
   * it. When left out: the slots that follow the DNS name; if none does and the record has no other upstream, all
   * slots.
   */
  readonly backend?: string;
  readonly dnsName: string;
  readonly port: number;
  /** The load balancer itself, by ARN or by name, where the monitor may read it. */
  readonly loadBalancerArn?: string;
  readonly loadBalancerName?: string;
}

/** One proxy of the registry: what to check. Times are seconds. */
export interface RegistryRecord {
  /** Name of the proxy: dimension of its metrics. */
  readonly proxy: string;
  /** The branch or release that the configuration was made for. */
  readonly haproxyVersion?: string;
  /** One or more: the default upstream and those of routes. */
  readonly upstreams: readonly RegistryUpstream[];
  /** Name servers as `IP:PORT`, if the proxy does not use those of its machine. */
  readonly nameservers?: readonly string[];
  readonly tasks: TaskSource;
  /** A secret with `cert`, `key` and `ca` in PEM (JSON), if the runtime API requires mutual TLS. */
  readonly runtimeApiTls?: { readonly secretArn: string };
  /** Time between two DNS queries of each process. */
  readonly resolutionSeconds: number;
  /** How long an address counts as live after it was last in an answer: time to live plus `hold obsolete`. */
  readonly dnsWindowSeconds: number;
  /** How long a verdict must last before it is an incident. */
  readonly graceSeconds: number;
}
