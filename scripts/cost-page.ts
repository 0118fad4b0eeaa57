import { checkerBill, PRICES, QUANTITIES, tasksBill } from '../benchmark/bill';

/** More than a run takes and writes for one proxy (benchmark/RESULTS.md has the measured figures). */
const ASSUMED = { proxies: 1, runSeconds: 2, logBytesPerRun: 2000 };

const dollars = (value: number) => `$${value.toFixed(2)}`;
const count = (value: number) => value.toLocaleString('en-US');
const table = (rows: readonly (readonly string[])[]) => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

/** US dollars per month of a proxy with default options and its own monitor. */
export function monthOfOne(): number {
  const { runs, logs, metrics, alarms } = checkerBill(ASSUMED);
  return tasksBill() + PRICES.hostedZone + runs + logs + metrics + alarms;
}

/** docs/cost.md, computed from the prices of the benchmark. */
export function costPage(): string {
  const { runs, logs, metrics, alarms } = checkerBill(ASSUMED);
  const { hours } = QUANTITIES;
  const further = tasksBill() + PRICES.hostedZone + checkerBill({ ...ASSUMED, proxies: 2 }).metrics - metrics;
  const zones = QUANTITIES.endpoints * QUANTITIES.zones;
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
    "the checker's function and its schedule",
    `${count(QUANTITIES.runs)} runs of ${ASSUMED.runSeconds} s (assumed) at ${QUANTITIES.memoryGb} GB on arm64 at $${PRICES.lambdaGbSecond} per GB-second, $${PRICES.lambdaMillionRequests} and $${PRICES.schedulerMillionRuns} a million`,
    dollars(runs),
  ],
  [
    'metrics',
    `${QUANTITIES.metricsPerProxy} of the proxy and ${QUANTITIES.metricsPerMonitor} of the monitor at ${dollars(PRICES.metric)}`,
    dollars(metrics),
  ],
  ['alarms', `${QUANTITIES.alarmsPerMonitor} at ${dollars(PRICES.alarm)}`, dollars(alarms)],
  [
    "the checker's log",
    `${ASSUMED.logBytesPerRun / 1000} KB a run (assumed), ${dollars(PRICES.logGb)} a GB`,
    dollars(logs),
  ],
  ['registry and state', 'standard parameters of Systems Manager', 'free'],
  ['**total**', '', `**${dollars(monthOfOne())}**`],
])}

Other items:

| item | per month |
| --- | --- |
${table([
  [`each further proxy on the same monitor: tasks, name and ${QUANTITIES.metricsPerProxy} metrics`, dollars(further)],
  ['a NAT gateway, where the VPC has none', `${dollars(hours * PRICES.natGatewayHour)} plus data`],
  ['`createEndpoints`: four interface endpoints in two zones', dollars(hours * zones * PRICES.interfaceEndpointHour)],
  [
    '`ProxyIngress.networkLoadBalancer`, instead of the name',
    `${dollars(hours * PRICES.networkLoadBalancerHour)} plus capacity units`,
  ],
  [
    "HAProxy's own log",
    `${dollars(PRICES.logGb)} a GB: about ${dollars(0.2 * PRICES.logGb)} for a million requests of 200 bytes a line`,
  ],
  ['`dashboard`, after the first three of an account', dollars(PRICES.dashboard)],
])}

In a VPC without internet access the endpoints cost most: share one monitor among its proxies.
`;
}
