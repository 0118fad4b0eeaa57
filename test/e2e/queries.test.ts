import { Template } from 'aws-cdk-lib/assertions';
import { DriftMonitor } from '../../lib';
import { METRICS } from '../../lib/contract/metrics';
import { almostOpen, Fleet, type Line, linesOf, openIncident } from '../../testbed/fleet';
import { stackWithVpc } from '../constructs/stacks';
import { textOf } from '../constructs/template';
import { figuresOf } from '../lambda/emf';
import { anyBinary } from '../support/binaries';
import { resourcesOf } from './template';

const { stack } = stackWithVpc();
const monitor = new DriftMonitor(stack, 'Monitor', { dashboard: true, detailedMetrics: true });
const template = Template.fromStack(stack);
const [dashboard] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
const { widgets } = JSON.parse(textOf(dashboard!.properties.DashboardBody));
const [, , MONITOR] = monitor.registryPath.split('/') as [string, string, string];

/** The output of the bundled function in a run with every kind of event. */
let lines: Line[];

beforeAll(async () => {
  const fleet = await Fleet.start(anyBinary());
  try {
    const lasting = { dnsWindowSeconds: 0 };
    await fleet.deploy(
      {
        'registry/orders': fleet.record('orders', lasting),
        'state/orders': almostOpen(fleet.record('orders'), '127.0.0.1'),
        'registry/payments': fleet.record('payments', lasting),
        'state/payments': openIncident(fleet.record('payments'), '127.0.0.9'),
        'registry/denied': fleet.record('denied'),
        'state/denied': '{',
        'state/maintained': almostOpen(fleet.record('maintained'), '127.0.0.1'),
        'registry/maintained': fleet.record('maintained', {
          ...lasting,
          suppressions: [{ reason: 'maintenance', until: new Date(Date.now() + 3_600_000).toISOString() }],
        }),
        'registry/malformed': '{',
      },
      {},
      { environment: { MONITOR_NAME: MONITOR, REPAIR: 'dry-run', DETAILED_METRICS: 'on' } },
    );
    fleet.deniedServices.add('denied');
    fleet.point('127.0.0.2');
    const checked = await fleet.invoke();
    // Another run finds another load balancer: the open incident is updated.
    fleet.point('127.0.0.3');
    const again = await fleet.invoke();
    const gate = fleet.another('index.gate');
    const serviceArn = 'arn:aws:ecs:eu-west-1:123456789012:service/fleet/unknown';
    const executionDetails = { serviceArn, targetServiceRevisionArn: `${serviceArn}/1` };
    const asked = await gate.invoke({ lifecycleStage: 'POST_SCALE_UP', executionDetails });
    await gate.stop();
    lines = [...checked.lines, ...again.lines, ...linesOf(asked)];
  } finally {
    await fleet.close();
  }
}, 90_000);

/** The names that Logs Insights gives to the fields of a line. */
function fieldsOf(value: unknown, prefix = ''): string[] {
  return Object.entries(value as object).flatMap(([name, inner]) => [
    `${prefix}${name}`,
    ...(typeof inner === 'object' && inner !== null ? fieldsOf(inner, `${prefix}${name}.`) : []),
  ]);
}

/** What a query asks for: its fields, and for each part of what it lets through a pattern of the event. */
function asked(query: string): { fields: string[]; events: RegExp[] } {
  const stages = query.split('\n| ');
  const argumentsOf = (stage: string) =>
    stages.flatMap((one) => (one.startsWith(`${stage} `) ? one.slice(stage.length + 1) : []));
  const filters = argumentsOf('filter');
  const named = filters.flatMap((filter) =>
    [...filter.matchAll(/^event (?:in \[(.+)\]|= (.+))$/g)].flatMap(([, list, one]) => list ?? one!),
  );
  const alike = filters.flatMap((filter) =>
    [...filter.matchAll(/^event like \/(.+)\/$/g)].flatMap(([, text]) => text!),
  );
  return {
    fields: [
      ...argumentsOf('fields').flatMap((list) => list.split(', ')),
      ...filters.flatMap((filter) => filter.split(' ')[0]!),
      ...argumentsOf('sort').flatMap((order) => order.split(' ')[0]!),
    ],
    events: [
      ...alike.map((text) => new RegExp(text)),
      ...named.flatMap((list) => (JSON.parse(`[${list}]`) as string[]).map((event) => new RegExp(`^${event}$`))),
    ],
  };
}

const QUERIES: [name: string, query: string][] = [
  ...resourcesOf(template, 'AWS::Logs::QueryDefinition').map(({ properties }): [string, string] => [
    properties.Name.split('/').at(-1),
    properties.QueryString,
  ]),
  ...widgets
    .filter(({ type }: { type: string }) => type === 'log')
    .map(({ properties: { title, query } }: { properties: { title: string; query: string } }): [string, string] => [
      `widget ${title}`,
      // The widget names the log group first.
      query.replace(/^SOURCE .+? \| /, ''),
    ]),
];

test.each(QUERIES)('query %s: every event that it asks for is logged, and has its fields', (_name, query) => {
  const { fields, events } = asked(query);
  expect(events.length).toBeGreaterThan(0);
  const found = events.map((event) => lines.filter((line) => event.test(line.event ?? '')));
  expect(found.map((some) => some.length > 0)).toEqual(events.map(() => true));
  const known = new Set(found.flat().flatMap((line) => fieldsOf(line)));
  // CloudWatch itself adds the time to each line. `service` is the monitor on every line, so no query needs it.
  expect(fields.filter((field) => field !== '@timestamp' && !known.has(field))).toEqual([]);
  expect(fields).not.toContain('service');
});

/** `namespace dimension metric` of what a widget or an alarm shows, the monitor's own with its name. */
const METRICS_SHOWN: string[] = [
  ...widgets.flatMap(({ properties }: { properties: { metrics?: unknown[][] } }) =>
    (properties.metrics ?? []).map(([first, name, ...dimensions]) => {
      const { expression = '' } = Object(first) as { expression?: string };
      const [, schema, metric] = /^SEARCH\('\{(.+)\} MetricName="(\w+)"/.exec(expression) ?? [];
      const texts = dimensions.filter((part) => typeof part === 'string');
      return schema === undefined ? [first, ...texts, name].join(' ') : [...schema.split(','), metric].join(' ');
    }),
  ),
  ...resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties: { Namespace, Dimensions = [], MetricName } }) =>
    [
      Namespace,
      ...Dimensions.flatMap((one: { Name: string; Value: string }) => [one.Name, one.Value]),
      MetricName,
    ].join(' '),
  ),
].filter((shown) => shown.startsWith(`${METRICS.namespace} `));

test('every metric of the dashboard and of the alarms is written, with its dimension', () => {
  const written = lines
    .filter((line) => '_aws' in line)
    .map(figuresOf)
    .flatMap(({ monitor: name, proxy, figures }) =>
      Object.keys(figures).map((metric) =>
        [
          METRICS.namespace,
          METRICS.monitorDimension,
          ...(proxy === undefined ? [name] : [METRICS.proxyDimension]),
          metric,
        ].join(' '),
      ),
    );
  expect(METRICS_SHOWN.length).toBeGreaterThan(8);
  expect([...new Set(METRICS_SHOWN)].filter((shown) => !written.includes(shown))).toEqual([]);
});
