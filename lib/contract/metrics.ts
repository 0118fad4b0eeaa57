/**
 * CloudWatch metrics, written as embedded-metric log lines. CloudWatch charges for each metric with each of its values
 * of dimensions: a task id never is one.
 */
export const METRICS = {
  namespace: 'HaproxyElb',
  /** Dimension of all figures: the monitor. Those of all of its proxies together have no other dimension. */
  monitorDimension: 'Monitor',
  /** Second dimension of the figures of one proxy. */
  proxyDimension: 'Proxy',
  /** Open incidents without those of severity `info`; per proxy and per monitor. */
  openIncidents: 'OpenIncidents',
  /** Open critical incidents; per proxy and per monitor. */
  criticalIncidents: 'CriticalIncidents',
  /** Running tasks that could not be read; per proxy. */
  uncheckedTasks: 'UncheckedTasks',
  staleAddresses: 'StaleAddresses',
  liveAddresses: 'LiveAddresses',
  checkedTasks: 'CheckedTasks',
  /** Percent of the current sessions that are on stale addresses. */
  staleSessionShare: 'StaleSessionShare',
  /** 1 per finished run of the monitor. A run that could save no state does not count. */
  heartbeat: 'Heartbeat',
  checkedProxies: 'CheckedProxies',
  /**
   * Proxies that a run did not reach in time, could not check in whole or in part, or whose state it could not save.
   */
  uncheckedProxies: 'UncheckedProxies',
  malformedRecords: 'MalformedRecords',
  repairs: 'Repairs',
  /** Seconds from the change to the opening of each incident that opened. */
  detectionSeconds: 'DetectionSeconds',
  /** Age of the oldest open incident without those of severity `info`; 0 if there is none. */
  oldestIncidentSeconds: 'OldestIncidentSeconds',
  /** Findings that open no incident because of a suppression. */
  suppressedIncidents: 'SuppressedIncidents',
  /** Events of incidents that no run has delivered yet. */
  undeliveredEvents: 'UndeliveredEvents',
} as const;

/** A name of a metric. */
type MetricName = (typeof METRICS)[Exclude<keyof typeof METRICS, 'namespace' | 'monitorDimension' | 'proxyDimension'>];

/** Metrics of each proxy, with the dimensions `Monitor` and `Proxy`. */
export const PROXY_METRICS: readonly MetricName[] = [
  METRICS.openIncidents,
  METRICS.criticalIncidents,
  METRICS.uncheckedTasks,
];

/** Further metrics of each proxy, published where the monitor has `detailedMetrics`. */
export const DETAILED_METRICS: readonly MetricName[] = [
  METRICS.staleAddresses,
  METRICS.liveAddresses,
  METRICS.checkedTasks,
  METRICS.staleSessionShare,
];

/** Metrics of each monitor, with the dimension `Monitor` alone. */
export const MONITOR_METRICS: readonly MetricName[] = [
  METRICS.openIncidents,
  METRICS.criticalIncidents,
  METRICS.heartbeat,
  METRICS.checkedProxies,
  METRICS.uncheckedProxies,
  METRICS.malformedRecords,
  METRICS.repairs,
  METRICS.detectionSeconds,
  METRICS.oldestIncidentSeconds,
  METRICS.suppressedIncidents,
  METRICS.undeliveredEvents,
];
