import { METRICS, type TaskSource } from '../../lib/private/contract';
import type { ProxyReport } from './check';
import type { RegistryProblem } from './control-plane/registry';
import type { Incident, IncidentEvent } from './incidents';
import { nameOf } from './judge';

/** A line of the log: one JSON document. */
export type LogLine = Record<string, unknown>;

/** An embedded-metric document: CloudWatch makes metrics of it without any API call. All units are counts. */
function metrics(dimension: string, value: string, figures: Record<string, number>, now: number): LogLine {
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRICS.namespace,
          Dimensions: [[dimension]],
          Metrics: Object.keys(figures).map((Name) => ({ Name, Unit: 'Count' })),
        },
      ],
    },
    [dimension]: value,
    ...figures,
  };
}

/** What a run knows of a proxy at its end. */
export interface ProxyOutcome {
  readonly checked: boolean;
  /** Incidents that are open, those included that could not be looked at. */
  readonly open: readonly Pick<Incident, 'severity'>[];
}

const critical = (open: ProxyOutcome['open']) => open.filter(({ severity }) => severity === 'critical').length;

/** The lines of one proxy's check: its figures, and one line for each incident that opened or was resolved. */
export function proxyLines(report: ProxyReport, now: number): LogLine[] {
  const { record, upstreams, tasks } = report.reading;
  const degraded = upstreams.flatMap((one) => one.degraded);
  const figures = metrics(
    METRICS.proxyDimension,
    record.proxy,
    {
      [METRICS.openIncidents]: report.open.length,
      [METRICS.criticalIncidents]: critical(report.open),
      [METRICS.staleAddresses]: report.verdicts.filter((verdict) => verdict.kind === 'stale-address').length,
      [METRICS.liveAddresses]: new Set(upstreams.flatMap(({ live }) => live)).size,
      [METRICS.checkedTasks]: tasks.filter((task) => 'runtime' in task).length,
    },
    now,
  );
  return [
    { ...figures, ...(degraded.length > 0 && { degraded }) },
    ...report.events.map((event) => eventLine(event, report)),
  ];
}

function eventLine({ event, incident }: IncidentEvent, { reading }: ProxyReport): LogLine {
  const { firstSeen, openedAt, upstream: about, ...rest } = incident;
  const upstreams = reading.upstreams.filter(({ upstream }) => about === undefined || nameOf(upstream) === about);
  return {
    level: event === 'incident-opened' ? (incident.severity === 'critical' ? 'ERROR' : 'WARN') : 'INFO',
    event,
    incident: {
      ...rest,
      upstream: [...new Set(upstreams.map(({ upstream }) => upstream.dnsName))].join(', '),
      live: [...new Set(upstreams.flatMap(({ live }) => live))].sort(),
      firstSeen: new Date(firstSeen).toISOString(),
      mend: mendOf(reading.record.tasks),
    },
  };
}

/** The command that makes every process of a proxy resolve again. */
export function mendOf(tasks: TaskSource): string {
  return 'endpoints' in tasks
    ? `restart the HAProxy behind ${tasks.endpoints.join(', ')}`
    : `aws ecs update-service --cluster ${tasks.cluster} --service ${tasks.service} --force-new-deployment`;
}

/** The lines of a whole run: its figures, and one line for each thing that could not be checked. */
export function runLines(
  monitor: string,
  outcomes: readonly ProxyOutcome[],
  problems: readonly RegistryProblem[],
  now: number,
): LogLine[] {
  const open = outcomes.flatMap((outcome) => outcome.open);
  const figures = {
    [METRICS.checkedProxies]: outcomes.filter(({ checked }) => checked).length,
    [METRICS.openIncidents]: open.length,
    [METRICS.criticalIncidents]: critical(open),
  };
  return [
    metrics(METRICS.monitorDimension, monitor, figures, now),
    ...problems.map((problem) => ({ level: 'ERROR', event: 'not-checked', ...problem })),
  ];
}
