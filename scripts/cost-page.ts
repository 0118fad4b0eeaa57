import { armTasksBill, censusBill, checkerBill, monthBill, PRICES, QUANTITIES, tasksBill } from '../benchmark/bill';

/** What the runs of a monitor take (benchmark/RESULTS.md has the measured figures). */
const assumed = (proxies: number) => ({
  proxies,
  runSeconds: 2 + 0.02 * (proxies - 1),
  probeSeconds: 1.5 + 0.02 * (proxies - 1),
  logBytesPerRun: 2000 + 400 * (proxies - 1),
  stateBytes: 1000,
});

const dollars = (value: number) => `$${value.toFixed(2)}`;
const count = (value: number) => value.toLocaleString('en-US');
const table = (rows: readonly (readonly string[])[]) => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

const sumOf = (bill: object): number => Object.values(bill).reduce((sum, part) => sum + part, 0);

/** How many readers Lambda starts for a queue (Lambda guide, "Understanding polling and batching behavior for Amazon SQS event source mappings"). */
const QUEUE_READERS = 5;

/** The load of a hub. */
const HUB = { events: 10_000, eventBytes: 2000, pollSeconds: 20 } as const;

/** US dollars per month of a hub. An event is billed where a rule sends it to the bus. */
function hubBill(): number {
  const { hours } = QUANTITIES;
  const gigabytes = (HUB.events * HUB.eventBytes) / 1e9;
  const requests = (hours * 3600) / HUB.pollSeconds + 2 * HUB.events;
  return (
    (HUB.events * PRICES.eventsMillion) / 1e6 +
    gigabytes * (PRICES.archiveGb + PRICES.logGb) +
    (requests * PRICES.queueMillionRequests) / 1e6
  );
}

/** The load of a census: 0.7 KB for a proxy in the document and 1 KB in the page. */
const CENSUS = { proxies: 20, bytesPerProxy: 1700 } as const;

/** A row for a census each day, or each hour. */
function censusRow(monitors: number): string[] {
  const { proxies } = CENSUS;
  const { runSeconds: askSeconds, probeSeconds } = assumed(proxies);
  const { storageMonth, ...once } = censusBill({ ...CENSUS, monitors, askSeconds, probeSeconds });
  const each = sumOf(once);
  const days = QUANTITIES.hours / 24;
  const { hours } = QUANTITIES;
  return [
    count(monitors),
    dollars(each),
    ...[days, hours].map((censuses) => {
      return `${dollars(each * censuses)} + ${dollars(monthBill(monitors, censuses))} + ${dollars(storageMonth * censuses)}`;
    }),
  ];
}

/** US dollars per month that a monitor costs for one more proxy. */
export function monthOfFurther(): number {
  return sumOf(checkerBill(assumed(2))) - sumOf(checkerBill(assumed(1)));
}

/** US dollars per month of a proxy with default options and its own monitor. */
export function monthOfOne(): number {
  return tasksBill() + PRICES.hostedZone + sumOf(checkerBill(assumed(1)));
}

/** docs/cost.md, computed from the prices of the benchmark. */
export function costPage(): string {
  const one = assumed(1);
  const { runs, states, logs, metrics, alarms } = checkerBill(one);
  const { hours, metricsPerProxy, detailedMetrics } = QUANTITIES;
  return `# Cost per month

Written by \`npm run docs\` from \`benchmark/bill.ts\`. The figures are computed, not billed: list prices of us-east-1 as of
November 2026, ${hours} hours, no free tier, no discount. Check the prices of your region.

A proxy with default options and its own monitor:

| item | quantity | per month |
| --- | --- | --- |
${table([
  [
    'two Fargate tasks',
    `each ${QUANTITIES.vcpu} vCPU at $${PRICES.fargateVcpuHour} and ${QUANTITIES.gib} GiB at $${PRICES.fargateGibHour} an hour`,
    dollars(tasksBill()),
  ],
  [
    'the name in Cloud Map',
    `a private hosted zone of Route 53 (of the first 25), and ${dollars(PRICES.dnsMillionQueries)} a million queries`,
    dollars(PRICES.hostedZone),
  ],
  [
    'the two functions of the monitor, and its schedule',
    `${count(QUANTITIES.runs)} runs, of ${one.runSeconds} s in the controller and ${one.probeSeconds} s in the probe (assumed), at ${QUANTITIES.memoryGb} GB on arm64 at $${PRICES.lambdaGbSecond} per GB-second, $${PRICES.lambdaMillionRequests} and $${PRICES.schedulerMillionRuns} a million`,
    dollars(runs),
  ],
  [
    'the table with its states',
    `a state of ${one.stateBytes / 1000} KB (assumed), written and read in each run, at $${PRICES.dynamoMillionWrites} and $${PRICES.dynamoMillionReads} a million`,
    dollars(states),
  ],
  [
    'metrics',
    `${metricsPerProxy} of the proxy and ${QUANTITIES.metricsPerMonitor} of the monitor at ${dollars(PRICES.metric)}`,
    dollars(metrics),
  ],
  ['alarms', `2 with ${QUANTITIES.alarmMetricsPerMonitor} metrics at ${dollars(PRICES.alarm)}`, dollars(alarms)],
  [
    'the logs of the monitor',
    `${one.logBytesPerRun / 1000} KB a run (assumed), ${dollars(PRICES.logGb)} a GB`,
    dollars(logs),
  ],
  ['registry', 'standard parameters of Systems Manager', 'free'],
  ['events of incidents', '$1 a million', '$0.00'],
  ['**total**', '', `**${dollars(monthOfOne())}**`],
])}

Other items:

| item | per month |
| --- | --- |
${table([
  [
    `each further proxy on the same monitor: its ${metricsPerProxy} metrics, and its part of the runs, states and logs`,
    dollars(monthOfFurther()),
  ],
  [
    `\`cpuArchitecture\` arm64 (Graviton): two tasks at $${PRICES.fargateArmVcpuHour} a vCPU and $${PRICES.fargateArmGibHour} a GiB an hour, instead of ${dollars(tasksBill())}`,
    dollars(armTasksBill()),
  ],
  ['the tasks and the name of a further proxy', dollars(tasksBill() + PRICES.hostedZone)],
  [`\`detailedMetrics\`: ${detailedMetrics} more metrics of each proxy`, dollars(detailedMetrics * PRICES.metric)],
  ['`alarmActions` of a proxy with a shared monitor: an alarm of its own', dollars(PRICES.alarm)],
  ['`encryptionKey`: a KMS key, without its requests', dollars(PRICES.kmsKey)],
  ['a NAT gateway for the tasks, where the VPC has none', `${dollars(hours * PRICES.natGatewayHour)} plus data`],
  [
    '`ProxyIngress.networkLoadBalancer`, instead of the name',
    `${dollars(hours * PRICES.networkLoadBalancerHour)} plus capacity units`,
  ],
  [
    "HAProxy's own log",
    `${dollars(PRICES.logGb)} a GB: about ${dollars(0.2 * PRICES.logGb)} for a million requests of 200 bytes a line`,
  ],
  [
    `a hub for ${count(HUB.events)} events a month of ${HUB.eventBytes / 1000} KB (assumed), whose queue is read every ${HUB.pollSeconds} s: bus, archive, log and queue`,
    dollars(hubBill()),
  ],
  [
    '`DriftConfigRule`: a result a day for each resource, such as an ECS service, without the configuration recorder',
    dollars((hours / 24) * PRICES.configEvaluation),
  ],
  [
    `\`SecurityHubFindings\`: ${QUEUE_READERS} readers that ask the queue every ${HUB.pollSeconds} s, without the findings`,
    dollars((QUEUE_READERS * hours * 3600 * PRICES.queueMillionRequests) / HUB.pollSeconds / 1e6),
  ],
  ['`alarmActions` of a hub or of `forwardIncidents`: an alarm', dollars(PRICES.alarm)],
  ['`dashboard`, after the first three of an account', dollars(PRICES.dashboard)],
])}

A [census](fleet.md#a-census-of-many-accounts) of monitors with ${CENSUS.proxies} proxies (assumed: ${assumed(CENSUS.proxies).runSeconds.toFixed(1)} s for an answer, ${CENSUS.bytesPerProxy / 1000} KB of
documents for a proxy): states and functions of the hub, controllers and probes in the accounts, and objects. A month is that of
its censuses, plus the documents of the month, plus the storage of the documents of the censuses, which is paid for every
month that they are kept.

| monitors | one census | a month, one each day | a month, one each hour |
| --- | --- | --- | --- |
${table([200, 10_000].map(censusRow))}

The monitor itself needs neither a NAT gateway nor VPC endpoints: the controller is in no VPC, and the probe calls no AWS
API. Share one monitor among proxies, also of several VPCs.
`;
}
