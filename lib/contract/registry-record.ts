import type { VerdictKind } from './verdicts';

/** SSM parameters below the monitor's path: `registry/NAME` has what to check. */
export const REGISTRY_FOLDER = 'registry';

/** Path on the health listener of a generated configuration (3.2 and later), before the name of the backend. */
export const VIEW_PATH = '/resolved/';

/** The most time between two health checks of a slot that is down, of generated configurations with `identity`. */
export const MAX_DOWN_CHECK_SECONDS = 10;

/** The running tasks of an ECS service, by names or ARNs. The port is that in the container. */
export interface ServiceSource {
  readonly cluster: string;
  readonly service: string;
  readonly runtimeApiPort: number;
}

/** The instances of an Auto Scaling group that are in service. */
export interface GroupSource {
  readonly autoScalingGroup: string;
  readonly runtimeApiPort: number;
}

/** The running EC2 instances that have all of these tags. */
export interface TagSource {
  readonly instanceTags: Readonly<Record<string, string>>;
  readonly runtimeApiPort: number;
}

/** The healthy instances of a Cloud Map service; all where none is healthy. */
export interface CloudMapSource {
  readonly cloudMapNamespace: string;
  readonly cloudMapService: string;
  readonly runtimeApiPort: number;
}

/** A DNS name, in the VPC of the probe, whose every address is a HAProxy. */
export interface NameSource {
  readonly name: string;
  readonly runtimeApiPort: number;
}

/** The runtime APIs themselves, `HOST:PORT` each. */
export interface EndpointSource {
  readonly endpoints: readonly string[];
}

/** Where the running HAProxy processes of a proxy are found. */
export type TaskSource = ServiceSource | GroupSource | TagSource | CloudMapSource | NameSource | EndpointSource;

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
  /** How its addresses prove on each health check that they are the load balancer's. @default - not at all */
  readonly identity?: 'certificate' | 'response';
  /**
   * With `identity`: the most time between two health checks of a slot that is down, seconds.
   *
   * @default MAX_DOWN_CHECK_SECONDS
   */
  readonly downCheckSeconds?: number;
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
  /** ARN of the probe's function: the one in the VPC of the processes. */
  readonly probe: string;
  /**
   * Port of the health listener where each process says what its own resolver answers, at `VIEW_PATH` and the backend.
   *
   * @default - the processes do not say it
   */
  readonly viewPort?: number;
  /** A secret with `cert`, `key` and `ca` in PEM (JSON), if the runtime API requires mutual TLS. */
  readonly runtimeApiTls?: { readonly secretArn: string };
  /** Time between two DNS queries of each process. */
  readonly resolutionSeconds: number;
  /** How long an address counts as live after it was last in an answer: time to live plus `hold obsolete`. */
  readonly dnsWindowSeconds: number;
  /** How long a slot without an answer keeps its address: the shortest `hold` of a failed query. */
  readonly holdSeconds: number;
  /** Verdicts in a row, each of one check, before there is an incident. */
  readonly graceChecks: number;
  /** What is not to be reported. @default - nothing */
  readonly suppressions?: readonly Suppression[];
}

/** Verdicts that open no incident for a time. They are logged as suppressed. */
export interface Suppression {
  /** @default - all verdicts: a maintenance window */
  readonly verdicts?: readonly VerdictKind[];
  /** Why, one line. */
  readonly reason: string;
  /** Start, ISO 8601. @default - at once */
  readonly from?: string;
  /** End, ISO 8601. */
  readonly until: string;
}
