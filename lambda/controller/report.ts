import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS } from '../../lib/contract/metrics';
import type { TaskSource } from '../../lib/contract/registry-record';
import type { Severity } from '../../lib/contract/verdicts';
import type { Incident, IncidentEvent } from './domain/incidents';
import type { Observation } from './domain/observation';
import type { ProxyReport } from './domain/proxy-report';

/** The result of a whole run. The function also returns it, for manual invocations. */
export interface RunSummary {
  readonly checkedProxies: number;
  /** Proxies that were not checked, of which not every task was read, or whose state could not be saved. */
  readonly uncheckedProxies: number;
  readonly malformedRecords: number;
  /** Incidents that are open, also those that this run could not decide on. Severity `info` does not count. */
  readonly openIncidents: number;
  readonly criticalIncidents: number;
  readonly repairs: number;
}

/** What a log line is about: its field `event`. */
type EventName = IncidentEvent['event'] | 'not-checked' | 'degraded' | 'repair' | 'gate' | 'run';

type Level = 'error' | 'warn' | 'info';

const LEVELS: Record<Severity, Level> = { critical: 'error', warning: 'warn', info: 'info' };

/** Values of metrics by name. */
type Figures = Readonly<Record<string, number>>;

/**
 * Writes log lines and embedded metrics, one JSON document a line. CloudWatch makes metrics of them; no API is called.
 */
export class Report {
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  /** @param monitor name of the monitor: dimension of its metrics, and `service` of its log lines */
  public constructor(private readonly monitor: string) {
    this.#logger = new Logger({ serviceName: monitor });
    this.#metrics = new Metrics({ namespace: METRICS.namespace });
    // With the dimension `service` each metric would be another metric, which no alarm watches.
    this.#metrics.clearDefaultDimensions();
  }

  /** Reports a check of a proxy: its figures, one line for each incident event, one for what could not be read. */
  public proxy(report: ProxyReport): void {
    const { record, upstreams } = report.observation;
    this.#publish(METRICS.proxyDimension, record.proxy, figuresOf(report));
    for (const { message } of report.verdicts.filter(({ kind }) => kind === 'unchecked')) {
      this.log('warn', 'not-checked', message, { proxy: record.proxy });
    }
    for (const event of report.events) {
      const level = event.event === 'incident-resolved' ? 'info' : LEVELS[event.incident.severity];
      this.log(level, event.event, event.incident.message, { incident: detailsOf(event.incident, report.observation) });
    }
    const reasons = upstreams.flatMap(({ degraded }) => degraded);
    if (reasons.length > 0) {
      this.log('warn', 'degraded', `${record.proxy} was checked with incomplete data`, {
        proxy: record.proxy,
        reasons,
      });
    }
  }

  /** Reports the resolved incidents of a proxy that is no longer in the registry. */
  public reportRemoved(events: readonly IncidentEvent[]): void {
    for (const { event, incident } of events) {
      this.log('info', event, incident.message, { incident: datesOf(incident) });
    }
  }

  /**
   * Reports a whole run: its figures, and one line.
   *
   * @param remembers whether the state was saved for the next run. If not, no incident ever opens, so that there is no
   * heartbeat and its alarm goes off
   */
  public run(summary: RunSummary, remembers: boolean): void {
    this.#publish(METRICS.monitorDimension, this.monitor, {
      ...(remembers && { [METRICS.heartbeat]: 1 }),
      [METRICS.openIncidents]: summary.openIncidents,
      [METRICS.criticalIncidents]: summary.criticalIncidents,
      [METRICS.checkedProxies]: summary.checkedProxies,
      [METRICS.uncheckedProxies]: summary.uncheckedProxies,
      [METRICS.malformedRecords]: summary.malformedRecords,
      [METRICS.repairs]: summary.repairs,
    });
    const { checkedProxies: checked, uncheckedProxies: unchecked, openIncidents: open } = summary;
    this.log('info', 'run', `checked ${checked} of ${checked + unchecked} proxies, ${open} open incidents`, summary);
  }

  /** Writes one line. `message` is for readers, the other fields are for queries. */
  public log(level: Level, event: EventName, message: string, fields: object): void {
    this.#logger[level](message, { event, ...fields });
  }

  /** Adds and writes without a pause: other checks of the same run use the same collector. */
  #publish(dimension: string, value: string, figures: Figures): void {
    this.#metrics.addDimension(dimension, value);
    for (const [name, figure] of Object.entries(figures)) {
      const unit = name === METRICS.staleSessionShare ? MetricUnit.Percent : MetricUnit.Count;
      this.#metrics.addMetric(name, unit, figure);
    }
    this.#metrics.publishStoredMetrics();
  }
}

/** The incidents that count as open. Severity `info` never counts for an alarm. */
export function countOf(open: readonly Pick<Incident, 'severity'>[]): { open: number; critical: number } {
  return {
    open: open.filter(({ severity }) => severity !== 'info').length,
    critical: open.filter(({ severity }) => severity === 'critical').length,
  };
}

function figuresOf({ observation, verdicts, open, staleSessionShare }: ProxyReport): Figures {
  const { upstreams, tasks } = observation;
  const checkedTasks = tasks.filter((task) => 'runtime' in task).length;
  const counts = countOf(open);
  const incidents = { [METRICS.openIncidents]: counts.open, [METRICS.criticalIncidents]: counts.critical };
  if (observation.unchecked !== undefined) {
    return incidents;
  }
  return {
    ...incidents,
    [METRICS.staleAddresses]: verdicts.filter(({ kind }) => kind === 'stale-address').length,
    [METRICS.liveAddresses]: new Set(upstreams.flatMap(({ live }) => live)).size,
    [METRICS.checkedTasks]: checkedTasks,
    [METRICS.uncheckedTasks]: tasks.length - checkedTasks,
    ...(staleSessionShare !== undefined && { [METRICS.staleSessionShare]: staleSessionShare }),
  };
}

/** The fields of an incident in each log line. */
function datesOf({ firstSeen, openedAt: _, ...rest }: Incident) {
  return { ...rest, firstSeen: new Date(firstSeen).toISOString() };
}

/** The same, with the live addresses and the remediation. */
function detailsOf(incident: Incident, { record, upstreams }: Observation) {
  const concerned = upstreams.filter(({ name }) => incident.upstream === undefined || name === incident.upstream);
  return {
    ...datesOf(incident),
    upstream: [...new Set(concerned.map(({ upstream }) => upstream.dnsName))].join(', '),
    live: [...new Set(concerned.flatMap(({ live }) => live))].sort(),
    remediation: remediationOf(record.tasks),
  };
}

/** The command that makes every process of a proxy resolve again. */
export function remediationOf(tasks: TaskSource): string {
  return 'endpoints' in tasks
    ? `restart the HAProxy behind ${tasks.endpoints.join(', ')}`
    : `aws ecs update-service --cluster ${tasks.cluster} --service ${tasks.service} --force-new-deployment`;
}
