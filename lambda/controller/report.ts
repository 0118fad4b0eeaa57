import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS } from '../../lib/contract/metrics';
import type { TaskSource } from '../../lib/contract/registry-record';
import type { Severity } from '../../lib/contract/verdicts';
import type { ProxyReport } from './domain/conclude';
import type { Incident, IncidentEvent } from './domain/incidents';
import type { Reading } from './domain/observation';

/** What a whole run came to. Also what the function answers, for people who invoke it by hand. */
export interface RunSummary {
  readonly checkedProxies: number;
  /** Those of which nothing, or not every task, could be looked at, or nothing could be kept. */
  readonly uncheckedProxies: number;
  readonly malformedRecords: number;
  /** Incidents that are open, those included that nobody could look at; those of severity `info` are left out. */
  readonly openIncidents: number;
  readonly criticalIncidents: number;
  readonly repairs: number;
}

/** What a log line is about. */
export type EventName = IncidentEvent['event'] | 'not-checked' | 'degraded' | 'repair' | 'gate' | 'run';

type Level = 'error' | 'warn' | 'info';

const LEVELS: Record<Severity, Level> = { critical: 'error', warning: 'warn', info: 'info' };

/** Figures by name, as they become metrics. */
type Figures = Readonly<Record<string, number>>;

/** Writes log lines and embedded metrics, one JSON document a line. CloudWatch makes metrics of them; no API is called. */
export class Report {
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  /** @param monitor name of the monitor: dimension of its metrics, and `service` of its log lines */
  public constructor(private readonly monitor: string) {
    this.#logger = new Logger({ serviceName: monitor });
    this.#metrics = new Metrics({ namespace: METRICS.namespace });
    // The dimension `service` would make every metric another one, under a name that no alarm knows.
    this.#metrics.clearDefaultDimensions();
  }

  /** A proxy's check: its figures, one line for each incident that began or ended, one for what could not be read. */
  public proxy(report: ProxyReport): void {
    const { record, upstreams } = report.reading;
    this.#publish(METRICS.proxyDimension, record.proxy, figuresOf(report));
    for (const { message } of report.verdicts.filter(({ kind }) => kind === 'unchecked')) {
      this.tell('warn', 'not-checked', message, { proxy: record.proxy });
    }
    for (const event of report.events) {
      const level = event.event === 'incident-resolved' ? 'info' : LEVELS[event.incident.severity];
      this.tell(level, event.event, event.incident.message, { incident: detailsOf(event.incident, report.reading) });
    }
    const reasons = upstreams.flatMap(({ degraded }) => degraded);
    if (reasons.length > 0) {
      this.tell('warn', 'degraded', `${record.proxy} was checked with less than there is`, {
        proxy: record.proxy,
        reasons,
      });
    }
  }

  /** The end of incidents of a proxy that is no longer in the registry. */
  public gone(events: readonly IncidentEvent[]): void {
    for (const { event, incident } of events) {
      this.tell('info', event, incident.message, { incident: datesOf(incident) });
    }
  }

  /**
   * A whole run: its figures, with which the function shows that it is alive, and one line.
   *
   * @param remembers whether the next run will know of this one: without that the function is as good as dead
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
    this.tell('info', 'run', `checked ${checked} of ${checked + unchecked} proxies, ${open} open incidents`, summary);
  }

  /** One line. `message` is for people, the rest for queries. */
  public tell(level: Level, event: EventName, message: string, fields: object): void {
    this.#logger[level](message, { event, ...fields });
  }

  /** Added and written in one go: other checks of the same run use the same collector. */
  #publish(dimension: string, value: string, figures: Figures): void {
    this.#metrics.addDimension(dimension, value);
    for (const [name, figure] of Object.entries(figures)) {
      const unit = name === METRICS.staleSessionShare ? MetricUnit.Percent : MetricUnit.Count;
      this.#metrics.addMetric(name, unit, figure);
    }
    this.#metrics.publishStoredMetrics();
  }
}

/** The incidents that count as open: what is only for information never rings. */
export function countOf(open: readonly Pick<Incident, 'severity'>[]): { open: number; critical: number } {
  return {
    open: open.filter(({ severity }) => severity !== 'info').length,
    critical: open.filter(({ severity }) => severity === 'critical').length,
  };
}

function figuresOf({ reading, verdicts, open, staleSessionShare }: ProxyReport): Figures {
  const { upstreams, tasks } = reading;
  const checkedTasks = tasks.filter((task) => 'runtime' in task).length;
  const counts = countOf(open);
  const incidents = { [METRICS.openIncidents]: counts.open, [METRICS.criticalIncidents]: counts.critical };
  if (reading.unchecked !== undefined) {
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

/** What a log line says of an incident in any case. */
function datesOf({ firstSeen, openedAt: _, ...rest }: Incident) {
  return { ...rest, firstSeen: new Date(firstSeen).toISOString() };
}

/** The same, with what its proxy has now. */
function detailsOf(incident: Incident, { record, upstreams }: Reading) {
  const { upstream: about } = incident;
  const concerned = upstreams.filter(({ name }) => about === undefined || name === about);
  return {
    ...datesOf(incident),
    upstream: [...new Set(concerned.map(({ upstream }) => upstream.dnsName))].join(', '),
    live: [...new Set(concerned.flatMap(({ live }) => live))].sort(),
    mend: mendOf(record.tasks),
  };
}

/** The command that makes every process of a proxy resolve again. */
export function mendOf(tasks: TaskSource): string {
  return 'endpoints' in tasks
    ? `restart the HAProxy behind ${tasks.endpoints.join(', ')}`
    : `aws ecs update-service --cluster ${tasks.cluster} --service ${tasks.service} --force-new-deployment`;
}
