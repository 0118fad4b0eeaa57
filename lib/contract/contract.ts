/**
 * What the constructs write and the drift checker reads: names of metrics, verdicts, the environment of the function,
 * the registry record. Each name stands here once.
 */

/** CloudWatch metrics, written as embedded-metric log lines. */
export const METRICS = {
  namespace: 'HaproxyElb',
  /** Dimension of the figures of one proxy. Never a task id: each distinct value is paid for. */
  proxyDimension: 'Proxy',
  /** Dimension of the figures of all proxies of one monitor. */
  monitorDimension: 'Monitor',
  /** Incidents that are open, those of severity `info` left out; per proxy and per monitor. */
  openIncidents: 'OpenIncidents',
  /** Those of them that are critical; per proxy and per monitor. */
  criticalIncidents: 'CriticalIncidents',
  staleAddresses: 'StaleAddresses',
  liveAddresses: 'LiveAddresses',
  checkedTasks: 'CheckedTasks',
  /** Running tasks that could not be read. */
  uncheckedTasks: 'UncheckedTasks',
  /** Percent of the current sessions that are on stale addresses. */
  staleSessionShare: 'StaleSessionShare',
  /** 1 per finished run of the monitor, but for one that could keep nothing of what it saw. */
  heartbeat: 'Heartbeat',
  checkedProxies: 'CheckedProxies',
  /** Proxies that a run did not reach in its time, could not check in whole or in part, or could not remember. */
  uncheckedProxies: 'UncheckedProxies',
  malformedRecords: 'MalformedRecords',
  repairs: 'Repairs',
} as const;

/** How bad a verdict is. One of severity `info` is reported and never alarms. */
export type Severity = 'critical' | 'warning' | 'info';

/** The closed list of verdicts, with their severities. */
export const VERDICTS = {
  'stale-address': 'critical',
  'leaving-address': 'info',
  'no-address': 'critical',
  pinned: 'warning',
  'uncovered-address': 'warning',
  'silent-resolver': 'critical',
  'failing-resolver': 'warning',
  'version-mismatch': 'critical',
  'unreachable-task': 'warning',
  'no-running-task': 'critical',
  'unknown-upstream': 'critical',
  unchecked: 'warning',
} as const satisfies Record<string, Severity>;

/** A verdict of the list. */
export type VerdictKind = keyof typeof VERDICTS;

/** The environment of the drift checker's function. */
export interface CheckerEnvironment {
  /** Path of SSM parameters that this monitor owns, without a slash at its end. */
  readonly REGISTRY_PATH: string;
  /** Name of the monitor, for its metrics. */
  readonly MONITOR_NAME: string;
  /** Whether a drift is mended, or only said how it would be. Neither when left out. */
  readonly REPAIR?: 'redeploy' | 'dry-run';
  /** Whether each incident is also an OpsItem. */
  readonly OPS_ITEMS?: 'on';
}

/** SSM parameters below the monitor's path: `registry/NAME` says what to check, `state/NAME` what was seen. */
export const REGISTRY_FOLDER = 'registry';
/** See `REGISTRY_FOLDER`. */
export const STATE_FOLDER = 'state';

/** Where the running HAProxy processes of a proxy are found. */
export type TaskSource =
  | { readonly cluster: string; readonly service: string; readonly runtimeApiPort: number }
  | { readonly endpoints: readonly string[] };

/** A load balancer behind a proxy. */
export interface RegistryUpstream {
  /**
   * The backend whose slots hold the upstream's addresses: those that follow the DNS name, all of them where none does.
   * When left out: the slots that follow the DNS name; where none does and the record has no other upstream, all slots.
   */
  readonly backend?: string;
  readonly dnsName: string;
  readonly port: number;
  /** The load balancer itself, by ARN or by name, where its account is ours. */
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
  /** Name servers as `IP:PORT`, where the proxy asks others than its machine does. */
  readonly nameservers?: readonly string[];
  readonly tasks: TaskSource;
  /** A secret with `cert`, `key` and `ca` in PEM (JSON), where the runtime API asks for mutual TLS. */
  readonly runtimeApiTls?: { readonly secretArn: string };
  /** How often each process asks DNS. */
  readonly resolutionSeconds: number;
  /** How long an address counts as live after it was last in an answer: time to live plus `hold obsolete`. */
  readonly dnsWindowSeconds: number;
  /** How long a verdict must last before it is an incident. */
  readonly graceSeconds: number;
}
