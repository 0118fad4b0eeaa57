import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ControllerEnvironment } from '../../lib/contract/environment';
import { INCIDENT_EVENTS, type IncidentEventDetail } from '../../lib/contract/incident-event';
import { METRICS } from '../../lib/contract/metrics';
import type { TaskSource } from '../../lib/contract/registry-record';
import type { Severity } from '../../lib/contract/verdicts';
import type { Incident, IncidentEvent } from './domain/incident';
import type { ProxyReport } from './domain/proxy-report';
import { logOf, runbookOf } from './links';

/** The result of a whole run. The function also returns it, for manual invocations. */
export interface RunSummary {
  readonly checkedProxies: number;
  /** Proxies that were not checked, of which not every task was read, or whose state could not be saved. */
  readonly uncheckedProxies: number;
  readonly malformedRecords: number;
  /** Incidents that are open, also those that this run could not decide on. Severity `info` does not count. */
  readonly openIncidents: number;
  readonly criticalIncidents: number;
  readonly suppressedIncidents: number;
  /** Events of incidents that wait for the next run, or had no room. */
  readonly undeliveredEvents: number;
  readonly repairs: number;
}

/** What a log line is about: its field `event`. */
type EventName =
  | (typeof INCIDENT_EVENTS)[keyof typeof INCIDENT_EVENTS]['log']
  | 'not-checked'
  | 'degraded'
  | 'suppressed'
  | 'skipped'
  | 'repair'
  | 'gate'
  | 'census'
  | 'run';

type Level = 'error' | 'warn' | 'info';

const LEVELS: Record<Severity, Level> = { critical: 'error', warning: 'warn', info: 'info' };
const SEVERITY_LEVELS: Record<Severity, IncidentEventDetail['severityLevel']> = { critical: 3, warning: 2, info: 1 };

/** Values of metrics by name. A metric may have several values in a run. */
type Figures = Readonly<Record<string, number | readonly number[]>>;

/** Units of metrics that are not counts. */
const UNITS: Readonly<Record<string, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  [METRICS.staleSessionShare]: MetricUnit.Percent,
  [METRICS.detectionSeconds]: MetricUnit.Seconds,
  [METRICS.oldestIncidentSeconds]: MetricUnit.Seconds,
};

/** How many findings of a proxy that open no incident are logged in a check. */
const MAX_SUPPRESSED = 20;

/** How many values an embedded metric has at most. */
const MAX_VALUES = 100;

/**
 * Writes log lines and embedded metrics, one JSON document a line. CloudWatch makes metrics of them; no API is called.
 */
export class Report {
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  /** @param environment its monitor is the dimension of the metrics, and `service` of the log lines */
  public constructor(
    private readonly environment: Pick<ControllerEnvironment, 'MONITOR_NAME' | 'LOG_GROUP' | 'DETAILED_METRICS'>,
    private readonly region: string,
  ) {
    this.#logger = new Logger({ serviceName: environment.MONITOR_NAME });
    this.#metrics = new Metrics({ namespace: METRICS.namespace });
    // With the dimension `service` each metric would be another metric, which no alarm watches.
    this.#metrics.clearDefaultDimensions();
  }

  /** Reports a check of a proxy: its figures, and one line each for what was not read and what is suppressed. */
  public proxy(report: ProxyReport): void {
    const { record, upstreams } = report.observation;
    const { proxy } = record;
    this.#publish(figuresOf(report, this.environment.DETAILED_METRICS === 'on'), proxy);
    for (const { message } of report.verdicts.filter(({ kind }) => kind === 'unchecked')) {
      this.log('warn', 'not-checked', message, { proxy });
    }
    const reasons = [...new Set(upstreams.flatMap(({ degraded }) => degraded))];
    if (reasons.length > 0) {
      this.log('warn', 'degraded', `${proxy} was checked with incomplete data`, { proxy, reasons });
    }
    for (const { verdict, reason } of report.suppressed.slice(0, MAX_SUPPRESSED)) {
      const { kind, message } = verdict;
      const until = record.suppressions?.find((one) => one.reason === reason)?.until;
      this.log('info', 'suppressed', message, { proxy, kind, reason, until });
    }
  }

  /** Reports the figures of a proxy whose record cannot be used: what is open on it stays open. */
  public invalid(proxy: string, open: readonly Incident[]): void {
    this.#publish(incidentFigures(open), proxy);
  }

  /**
   * Writes the line of an incident that opened, changed or closed.
   *
   * @param source where the processes of its proxy run, where that is known
   */
  public incident(event: IncidentEvent, source?: TaskSource): void {
    const { change, incident } = event;
    const level = change === 'closed' ? 'info' : LEVELS[incident.severity];
    this.log(level, INCIDENT_EVENTS[change].log, incident.message, {
      incident: { ...this.detailOf(event, source), ...(incident.slots && { slots: incident.slots }) },
    });
  }

  /** What is delivered of an incident that opened, changed or closed. */
  public detailOf({ eventId, change, at, incident }: IncidentEvent, source?: TaskSource): IncidentEventDetail {
    const { id, proxy, kind, severity, message, dnsName, upstream, address, owner, firstSeen } = incident;
    return {
      version: '1',
      eventId,
      change,
      incidentId: id,
      monitor: this.environment.MONITOR_NAME,
      proxy,
      kind,
      severity,
      severityLevel: SEVERITY_LEVELS[severity],
      message,
      ...((dnsName ?? upstream) !== undefined && { upstream: dnsName ?? upstream }),
      ...(address !== undefined && { address }),
      ...(owner !== undefined && { owner }),
      tasks: incident.tasks,
      taskCount: incident.taskCount,
      ...(source !== undefined && { taskSource: source }),
      ...(incident.sessionShare !== undefined && { sessionShare: incident.sessionShare }),
      live: incident.live,
      since: new Date(firstSeen).toISOString(),
      at: new Date(at).toISOString(),
      ageSeconds: Math.round((at - firstSeen) / 1000),
      remediation: incident.remediation,
      links: { runbook: runbookOf(kind), log: logOf(this.region, this.environment.LOG_GROUP, id) },
    };
  }

  /**
   * Reports a whole run: its figures, and one line.
   *
   * @param open all incidents that are open
   * @param opened those that this run has opened
   * @param remembers whether the state was saved for the next run. If not, no incident ever opens, so that there is no
   * heartbeat and its alarm goes off
   */
  public run(
    summary: RunSummary,
    open: readonly Pick<Incident, 'severity' | 'ageSeconds'>[],
    opened: readonly Pick<Incident, 'detectionSeconds'>[],
    remembers: boolean,
  ): void {
    const ages = open.filter(({ severity }) => severity !== 'info').map(({ ageSeconds }) => ageSeconds);
    this.#publish({
      ...(remembers && { [METRICS.heartbeat]: 1 }),
      [METRICS.openIncidents]: summary.openIncidents,
      [METRICS.criticalIncidents]: summary.criticalIncidents,
      [METRICS.checkedProxies]: summary.checkedProxies,
      [METRICS.uncheckedProxies]: summary.uncheckedProxies,
      [METRICS.malformedRecords]: summary.malformedRecords,
      [METRICS.repairs]: summary.repairs,
      [METRICS.suppressedIncidents]: summary.suppressedIncidents,
      [METRICS.undeliveredEvents]: summary.undeliveredEvents,
      [METRICS.oldestIncidentSeconds]: ages.reduce((oldest, age) => Math.max(oldest, age), 0),
      [METRICS.detectionSeconds]: opened.map(({ detectionSeconds }) => detectionSeconds).slice(0, MAX_VALUES),
    });
    const { checkedProxies: checked, uncheckedProxies: unchecked, openIncidents } = summary;
    const message = `checked ${checked} of ${checked + unchecked} proxies, ${openIncidents} open incidents`;
    this.log('info', 'run', message, summary);
  }

  /** Writes one line. `message` is for readers, the other fields are for queries. */
  public log(level: Level, event: EventName, message: string, fields: object): void {
    this.#logger[level](message, { event, ...fields });
  }

  /** Adds and writes without a pause: other checks of the same run use the same collector. */
  #publish(figures: Figures, proxy?: string): void {
    this.#metrics.addDimension(METRICS.monitorDimension, this.environment.MONITOR_NAME);
    if (proxy !== undefined) {
      this.#metrics.addDimension(METRICS.proxyDimension, proxy);
    }
    for (const [name, values] of Object.entries(figures)) {
      for (const value of [values].flat()) {
        this.#metrics.addMetric(name, UNITS[name] ?? MetricUnit.Count, value);
      }
    }
    this.#metrics.publishStoredMetrics();
  }
}

/** The incidents that count as open. Severity `info` and what is suppressed never count for an alarm. */
export function countOf(open: readonly Pick<Incident, 'severity' | 'suppressed'>[]): {
  open: number;
  critical: number;
} {
  const counted = open.filter(({ suppressed }) => suppressed === undefined);
  return {
    open: counted.filter(({ severity }) => severity !== 'info').length,
    critical: counted.filter(({ severity }) => severity === 'critical').length,
  };
}

function incidentFigures(incidents: readonly Incident[]): Figures {
  const { open, critical } = countOf(incidents);
  return { [METRICS.openIncidents]: open, [METRICS.criticalIncidents]: critical };
}

function figuresOf(report: ProxyReport, detailed: boolean): Figures {
  const { observation, verdicts, open, staleSessionShare } = report;
  if (observation.unchecked !== undefined) {
    return incidentFigures(open);
  }
  const { upstreams, tasks } = observation;
  const checkedTasks = tasks.filter((task) => 'runtime' in task).length;
  const stale = new Set(verdicts.flatMap(({ kind, address }) => (kind === 'stale-address' ? [address] : [])));
  return {
    ...incidentFigures(open),
    [METRICS.uncheckedTasks]: tasks.length - checkedTasks,
    ...(detailed && {
      [METRICS.staleAddresses]: stale.size,
      [METRICS.liveAddresses]: new Set(upstreams.flatMap(({ live }) => live)).size,
      [METRICS.checkedTasks]: checkedTasks,
      ...(staleSessionShare !== undefined && { [METRICS.staleSessionShare]: staleSessionShare }),
    }),
  };
}
