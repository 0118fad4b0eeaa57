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
