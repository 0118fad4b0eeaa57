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
  openIncidents: 'OpenIncidents',
  criticalIncidents: 'CriticalIncidents',
  staleAddresses: 'StaleAddresses',
  liveAddresses: 'LiveAddresses',
  checkedTasks: 'CheckedTasks',
  checkedProxies: 'CheckedProxies',
} as const;

/** How bad a verdict is. */
export type Severity = 'critical' | 'warning' | 'info';

/** The closed list of verdicts, with their severities. */
export const VERDICTS = {
  'stale-address': 'critical',
  'no-address': 'critical',
  'silent-resolver': 'critical',
  'version-mismatch': 'critical',
  'no-running-task': 'critical',
  'unknown-upstream': 'critical',
  'unreachable-task': 'warning',
} as const satisfies Record<string, Severity>;

/** A verdict of the list. */
export type VerdictKind = keyof typeof VERDICTS;

/** The environment of the drift checker's function. */
export interface CheckerEnvironment extends Record<string, string> {
  /** Path of SSM parameters that this monitor owns, without a slash at its end. */
  readonly REGISTRY_PATH: string;
  /** Name of the monitor, for its metrics. */
  readonly MONITOR_NAME: string;
}

/** SSM parameters below the monitor's path: `registry/NAME` says what to check, `state/NAME` what was seen. */
export const REGISTRY_FOLDER = 'registry';
/** See `REGISTRY_FOLDER`. */
export const STATE_FOLDER = 'state';

/** Where the running HAProxy processes of a proxy are found. */
export type TaskSource =
  | { readonly cluster: string; readonly service: string; readonly runtimeApiPort: number }
  | { readonly endpoints: readonly string[] };

/** One proxy of the registry: what to check. Times are seconds. */
export interface RegistryRecord {
  /** Name of the proxy: dimension of its metrics. */
  readonly proxy: string;
  /** The branch or release that the configuration was made for. */
  readonly haproxyVersion?: string;
  /** The backend whose slots hold the upstream's addresses; all backends when left out. */
  readonly backend?: string;
  readonly upstream: { readonly dnsName: string; readonly port: number; readonly loadBalancerArn?: string };
  /** Name servers as `IP:PORT`, where the proxy asks others than its machine does. */
  readonly nameservers?: readonly string[];
  readonly tasks: TaskSource;
  /** How often each process asks DNS. */
  readonly resolutionSeconds: number;
  /** How long an address counts as live after it was last in an answer: time to live plus `hold obsolete`. */
  readonly dnsWindowSeconds: number;
  /** How long a verdict must last before it is an incident. */
  readonly graceSeconds: number;
}
