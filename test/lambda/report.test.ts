import type { Incident, IncidentEvent } from '../../lambda/controller/domain/incident';
import { countOf, Report } from '../../lambda/controller/report';
import { eventLines, type Line } from '../../testbed/fleet';
import { figuresOf } from './emf';
import { START } from './observations';

const INCIDENT: Incident = {
  id: '0123456789abcdef',
  proxy: 'orders',
  kind: 'stale-address',
  severity: 'critical',
  message: 'task-1 sends to 10.0.0.9 (upstream/elb2), which elb.test no longer has',
  upstream: 'upstream',
  dnsName: 'elb.test',
  address: '10.0.0.9',
  owner: 'eni-1 (RDSNetworkInterface) of account 123456789012',
  tasks: ['task-1'],
  taskCount: 1,
  slots: ['upstream/elb2'],
  sessionShare: 50,
  live: ['10.0.0.1'],
  firstSeen: START,
  openedAt: START + 60_000,
  ageSeconds: 60,
  detectionSeconds: 120,
  remediation: 'aws ecs update-service --cluster fleet --service orders --force-new-deployment',
};
const OPENED: IncidentEvent = {
  eventId: '0123456789abcdef-1',
  change: 'opened',
  at: START + 60_000,
  incident: INCIDENT,
};

/** The lines that are printed. */
function printed(print: (report: Report) => void): Line[] {
  const lines: string[] = [];
  const take = (text: unknown) => lines.push(String(text)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockImplementation(take));
  try {
    print(new Report({ MONITOR_NAME: 'fleet', LOG_GROUP: '/checker' }, 'eu-west-1'));
  } finally {
    for (const spy of spies) {
      spy.mockRestore();
    }
  }
  return lines.map((line) => JSON.parse(line));
}

test('an incident is one line, with all that its event has and the slots', () => {
  const detail = {
    version: '1',
    eventId: '0123456789abcdef-1',
    change: 'opened',
    incidentId: '0123456789abcdef',
    monitor: 'fleet',
    proxy: 'orders',
    kind: 'stale-address',
    severity: 'critical',
    severityLevel: 3,
    message: INCIDENT.message,
    upstream: 'elb.test',
    address: '10.0.0.9',
    owner: INCIDENT.owner,
    tasks: ['task-1'],
    taskCount: 1,
    sessionShare: 50,
    live: ['10.0.0.1'],
    since: '2026-11-22T12:00:00.000Z',
    at: '2026-11-22T12:01:00.000Z',
    ageSeconds: 60,
    remediation: INCIDENT.remediation,
    links: {
      runbook: 'https://github.com/cdk-haproxy-elb/cdk-haproxy-elb/blob/main/docs/troubleshooting.md#stale-address',
      log: expect.stringMatching(
        /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=eu-west-1#logsV2:logs-insights\$3FqueryDetail\$3D~\([^ "]+~source~\(~'\*2fchecker\)\)$/,
      ),
    },
  };
  expect(eventLines(printed((report) => report.incident(OPENED)))).toEqual([
    {
      level: 'ERROR',
      message: INCIDENT.message,
      event: 'incident-opened',
      incident: { ...detail, slots: ['upstream/elb2'] },
    },
  ]);
  printed((report) => expect(report.detailOf(OPENED)).toEqual(detail));
});

test.each([
  ['an open warning', { ...OPENED, incident: { ...INCIDENT, severity: 'warning' } }, 'WARN', 'incident-opened'],
  ['an open information', { ...OPENED, incident: { ...INCIDENT, severity: 'info' } }, 'INFO', 'incident-opened'],
  ['a change', { ...OPENED, change: 'changed' }, 'ERROR', 'incident-changed'],
  ['a closing', { ...OPENED, change: 'closed' }, 'INFO', 'incident-closed'],
] as const)('the line of %s has its level and its event', (_what, event, level, name) => {
  expect(printed((report) => report.incident(event as IncidentEvent))).toMatchObject([{ level, event: name }]);
});

test('a run has the detection time of each incident that opened, and the age of the oldest one that counts', () => {
  const summary = {
    checkedProxies: 1,
    uncheckedProxies: 0,
    malformedRecords: 0,
    openIncidents: 1,
    criticalIncidents: 1,
    suppressedIncidents: 0,
    undeliveredEvents: 0,
    repairs: 0,
  };
  const open = [{ ...INCIDENT, ageSeconds: 9000, severity: 'info' as const }, INCIDENT];
  const [metrics] = printed((report) => report.run(summary, open, [INCIDENT, { detectionSeconds: 60 }], true));
  expect(figuresOf(metrics)).toMatchObject({
    monitor: 'fleet',
    figures: { Heartbeat: 1, DetectionSeconds: [120, 60], OldestIncidentSeconds: 60 },
  });
});

test('what is only for information, or suppressed, is no open incident', () => {
  const severities = [{ severity: 'info' }, { severity: 'warning' }, { severity: 'critical' }] as const;
  expect(countOf([...severities, { severity: 'critical', suppressed: 'maintenance' }])).toEqual({
    open: 2,
    critical: 1,
  });
});
