/** CloudWatch metrics, written as embedded-metric log lines. */
export const METRICS = {
  namespace: 'HaproxyElb',
  /** Dimension of the figures of one proxy. Never a task id: AWS charges for each distinct value. */
  proxyDimension: 'Proxy',
  /** Dimension of the figures of all proxies of one monitor. */
  monitorDimension: 'Monitor',
  /** Open incidents without those of severity `info`; per proxy and per monitor. */
  openIncidents: 'OpenIncidents',
  /** Open critical incidents; per proxy and per monitor. */
  criticalIncidents: 'CriticalIncidents',
  staleAddresses: 'StaleAddresses',
  liveAddresses: 'LiveAddresses',
  checkedTasks: 'CheckedTasks',
  /** Running tasks that could not be read. */
  uncheckedTasks: 'UncheckedTasks',
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
} as const;
