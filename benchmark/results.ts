import { HaproxyVersion } from '../lib/haproxy/version/version';
import { PRICES, QUANTITIES } from './bill';
import { type Bar, barChart, type Group } from './chart';
import type { FleetCost } from './cost';
import { CONNECTIONS, type Followed, PERIOD_SECONDS } from './elb/follow';
import { SCENARIOS } from './elb/scenarios';
import type { Comparison } from './handler';
import type { IdleCost } from './idle-cost';
import { median } from './measure';
import { type LineCost, REQUESTS, type RequestCpu, ROUNDS } from './request-cpu';
import type { Stopped } from './stop/measure';
import { stopChart, stopHeadline, stopSection } from './stop/page';
import { met, number, table } from './text';

/** What one run of the benchmark measured. */
export interface Measured {
  readonly machine: string;
  readonly date: string;
  readonly missing: readonly string[];
  readonly followed: readonly Followed[];
  readonly runs: number;
  readonly stops: readonly Stopped[];
  readonly requestCpu: readonly RequestCpu[];
  readonly lineCosts: readonly LineCost[];
  readonly lineCostsOf: string;
  readonly idleCost: IdleCost;
  readonly costs: readonly FleetCost[];
  readonly figures: readonly Comparison[];
  /** The power of the length, or of the number of endpoints, with which the time grows. */
  readonly exponents: { readonly lint: number; readonly fleet: number };
}

/** The goals of the figures. */
const GOALS = { follow: 1.2, requestCpu: 1.1, resolverPacketsPerSecond: 1024 } as const;

const dollars = (value: number) => `$${value.toFixed(2)}`;
const secondsOf = (value: number | undefined) => (value === undefined ? '–' : `${number(value, 1)} s`);

/** The pages that a run writes: name to text. */
export function pages(measured: Measured): Record<string, string> {
  return {
    'RESULTS.md': resultsPage(measured),
    'follow.svg': followChart(measured),
    'stop.svg': stopChart(measured.stops),
    'request-cpu.svg': requestCpuChart(measured),
    'cost.svg': costChart(measured),
  };
}

/** The lines that the README quotes. */
export function headlines({ followed, runs, stops, requestCpu, idleCost, costs }: Measured): string[] {
  const graceful = SCENARIOS.filter(({ sudden }) => !sudden).map(({ name }) => name);
  const lostBy = (ours: boolean, of: (result: Followed) => boolean) =>
    followed.filter((result) => result.ours === ours && of(result)).map(({ lost }) => lost);
  const calm = lostBy(true, ({ scenario }) => graceful.includes(scenario));
  const sudden = lostBy(true, ({ scenario }) => !graceful.includes(scenario));
  const handWritten = Math.max(
    ...followed.filter(({ competitor }) => competitor.includes('hand-written')).map(({ lost }) => lost),
  );
  const asked = followed.filter(({ ours }) => ours).map(({ requests }) => requests);
  const one = costs[0]!;
  const last = costs.at(-1)!;
  return [
    `- Requests lost while a load balancer is replaced node by node or scales 2 → 12 → 3: at most ${Math.max(...calm)} of about ${number(Math.max(...asked))} per run on every available HAProxy (worst of ${runs} runs); with a hand-written configuration without \`resolvers\`: up to ${number(handWritten)}.`,
    `- Requests lost when a node or a zone fails without notice: at most ${Math.max(...sudden)}.`,
    stopHeadline(stops),
    cpuHeadline(requestCpu),
    `- DNS: ${number(idleCost.dnsPerSecond, 2)} queries per second and proxy; 1,000 proxies send ${number(idleCost.dnsPerSecond * 1000)}, and one network interface may send ${number(GOALS.resolverPacketsPerSecond)}.`,
    `- The checker, per proxy and month: ${dollars(total(one))} for one proxy, ${dollars(total(last))} each for ${number(last.proxies)}, nearly all of it for metrics and alarms; a Synthetics canary that runs once a minute costs ${dollars(QUANTITIES.runs * PRICES.canaryRun)}.`,
  ];
}

/** Up to 2.3 the generated configuration opens a connection for each request (`docs/haproxy-versions.md` says why). */
function cpuHeadline(all: readonly RequestCpu[]): string {
  const range = (some: readonly RequestCpu[]) => {
    const ratios = some.map(ratio);
    return `${number(Math.min(...ratios), 2)} to ${number(Math.max(...ratios), 2)}`;
  };
  const reuses = ({ release }: RequestCpu) => HaproxyVersion.of(release)._capabilities.reusesRightly;
  const others = all.filter((one) => !reuses(one));
  const before =
    others.length === 0 ? '' : `; up to 2.3, where HAProxy cannot keep its connections rightly, ${range(others)}`;
  return `- Process time of HAProxy for a request, compared with the smallest configuration that has the same log: ${range(all.filter(reuses))}${before}.`;
}

/** As it is printed. */
const ratio = ({ ratios }: RequestCpu) => Math.round(median(ratios) * 100) / 100;
const total = ({ perProxy: { lambda, logs, metrics } }: FleetCost) => lambda + logs + metrics;

function resultsPage(measured: Measured): string {
  const { machine, date, missing, followed, runs, idleCost, costs, figures, exponents } = measured;
  const calm = SCENARIOS.filter(({ sudden }) => !sudden).map(({ name }) => name);
  return `# Figures

Written by \`npm run benchmark\` on ${date}; not by hand. ${machine}.
${missing.map((line) => `\nNot available on this machine: ${line}.`).join('')}

${headlines(measured).join('\n')}

## Does it follow the load balancer?

![Requests lost and time to the first request on a new address](follow.svg)

Each proxy gets a load of 8 connections (wrk) with requests that take 30 ms; all proxies run at the same time. All
periods, also those of the other proxies, are a fifth of the defaults of the generated configuration: names are resolved
every ${PERIOD_SECONDS} s. A node that is replaced leaves DNS, serves for 12 s more and then refuses connections. A node
that fails resets its connections. A zone that is lost does not answer. Lost: the worst of ${runs} runs; all other figures:
medians. Outage: the longest time without any request on a running node; it includes requests that hang, which are not
lost for the client. Goals: no request lost where no node fails; the first request on a new address within
${GOALS.follow} periods.

${SCENARIOS.map(
  ({ name }) =>
    `### The load balancer ${name.replace(/^(replaced)/, 'is $1')}\n\n${followTable(
      followed.filter(({ scenario }) => scenario === name),
      calm.includes(name),
    )}`,
).join('\n\n')}

${stopSection(measured.stops)}

## What does a request cost?

${cpuSection(measured)}

1,000 kept connections: ${number(idleCost.memoryKib.generated / 1024, 1)} MiB with the generated configuration, ${number(idleCost.memoryKib.smallest / 1024, 1)} MiB with the
smallest. DNS at the default period: ${number(idleCost.dnsPerSecond, 2)} queries a second; 1,000 proxies: ${number(idleCost.dnsPerSecond * 1000)}, from as many network
interfaces, each of which may send ${number(GOALS.resolverPacketsPerSecond)} packets a second to the VPC's resolver.

## What does the checker cost?

![US dollars per proxy and month](cost.svg)

One run a minute, ${QUANTITIES.tasksPerProxy} tasks per proxy, the two bundled functions under Lambda's runtime client, processes that answer as a
real HAProxy did. The measured times, log bytes and states are multiplied by the prices of us-east-1, which are in
\`benchmark/bill.ts\` with their sources; [docs/cost.md](../docs/cost.md) has the other items. A Synthetics canary:
${number(QUANTITIES.runs)} × $${PRICES.canaryRun} = ${dollars(QUANTITIES.runs * PRICES.canaryRun)}.

${table(
  [
    'proxies',
    'one run',
    'its probes',
    'memory',
    'functions and states',
    'log',
    'metrics and alarms',
    'per proxy and month',
  ],
  costs.map((one) => [
    number(one.proxies),
    `${number(one.millis)} ms`,
    `${number(one.probeMillis)} ms`,
    `${number(one.memoryMb)} MB`,
    dollars(one.perProxy.lambda),
    dollars(one.perProxy.logs),
    dollars(one.perProxy.metrics),
    dollars(total(one)),
  ]),
)}

## What do the functions, synthesis and the linter take?

${table(
  ['what', 'ours', 'compared with', 'ratio'],
  figures.map(({ name, ours, other, unit }) => [
    name,
    `${number(ours, 1)} ${unit}`,
    `${number(other, 1)} ${unit}`,
    number(ours / other, 2),
  ]),
)}

Linting 1,000 to 100,000 lines: the time grows with the power ${number(exponents.lint, 2)} of the length; a run over 10 to 10,000
endpoints: with the power ${number(exponents.fleet, 2)} of their number.
`;
}

function cpuSection({ requestCpu, lineCosts, lineCostsOf }: Measured): string {
  return `![Process time of a request, compared with the smallest configuration that has the same log](request-cpu.svg)

Process time of HAProxy (user and system) for one request: one thread, 16 connections. Both configurations take turns in
${ROUNDS} rounds of ${number(REQUESTS)} requests, with ${requestCpu[0]!.ratios.length} pairs of processes. The ratio is the median of the pairs, each of which is the
median of its rounds; beside it the lowest and the highest pair. The smallest configuration has the same log. Goal: at
most ${number(GOALS.requestCpu, 2)} of it.
Up to 2.3 the generated configuration opens a connection to the load balancer for each request, because HAProxy would keep
those to addresses that are gone: kept-alive clients then cost as much as others.

${table(
  ['HAProxy', 'traffic', 'smallest', 'generated', 'ratio', 'pairs', 'goal'],
  requestCpu.map((one) => [
    one.release,
    one.traffic,
    `${number(one.smallest, 1)} µs`,
    `${number(one.generated, 1)} µs`,
    number(ratio(one), 2),
    `${number(Math.min(...one.ratios), 2)} to ${number(Math.max(...one.ratios), 2)}`,
    met(ratio(one) <= GOALS.requestCpu),
  ]),
)}

What one line of the generated configuration costs, HTTP kept alive on HAProxy ${lineCostsOf}: the part of the process time
that a configuration without this line saves. Negative values show the noise. \`retry-on\` makes HAProxy copy its buffer of
16 KiB for each GET, to send it again when a node fails or closes an idle connection meanwhile.

${table(
  ['line', 'cost'],
  lineCosts.map(({ line, part }) => [
    `\`${line.length > 60 ? `${line.slice(0, 60)}…` : line}\``,
    `${number(part * 100, 1)} %`,
  ]),
)}`;
}

function followTable(results: readonly Followed[], calm: boolean): string {
  return table(
    [
      'proxy',
      'requests',
      'lost',
      'slowest answer',
      'outage',
      'first on a new address',
      'last on a new address',
      'goals',
    ],
    results.map((one) => {
      const inTime =
        one.firstSeconds === undefined ? '' : `, in time: ${met(one.firstSeconds <= GOALS.follow * PERIOD_SECONDS)}`;
      return [
        one.ours ? `**${one.competitor}**` : one.competitor,
        number(one.requests),
        number(one.lost),
        `${number(one.worstMillis)} ms`,
        `${number(one.outageSeconds, 1)} s`,
        secondsOf(one.firstSeconds),
        one.neverUsed > 0 ? `${one.neverUsed} never` : secondsOf(one.lastSeconds),
        calm
          ? `no loss: ${met(one.lost === 0)}${one.neverUsed > 0 ? ', follows: **missed**' : inTime}`
          : `only requests in progress lost: ${met(one.lost <= CONNECTIONS && one.outageSeconds < 5)}`,
      ];
    }),
  );
}

function followChart({ followed }: Measured): string {
  const groups = SCENARIOS.flatMap(({ name }): Group[] => {
    const results = followed.filter(({ scenario }) => scenario === name);
    const most = Math.max(1, ...results.map(({ lost, outageSeconds }) => score(lost, outageSeconds)));
    return [
      {
        title: `The load balancer ${name}: requests lost and outage`,
        bars: results.map(
          ({ competitor, ours, lost, outageSeconds }): Bar => ({
            label: competitor,
            value: score(lost, outageSeconds) / most,
            text: `${number(lost)} lost, outage ${number(outageSeconds, 1)} s`,
            colour: score(lost, outageSeconds) > score(8, 2) ? 'bad' : ours ? 'ours' : 'peer',
          }),
        ),
      },
    ];
  });
  return barChart('Does it follow the load balancer? (shorter is better)', groups, 1);
}

/** Requests that were lost, and those that were not sent because of an outage. */
const score = (lost: number, outageSeconds: number) => lost + Math.max(0, outageSeconds - 0.5) * 150;

function requestCpuChart({ requestCpu }: Measured): string {
  const kinds = [...new Set(requestCpu.map(({ traffic }) => traffic))];
  const groups = kinds.map(
    (kind): Group => ({
      title: kind,
      bars: requestCpu
        .filter(({ traffic }) => traffic === kind)
        .map(
          (one): Bar => ({
            label: `HAProxy ${one.release}`,
            value: ratio(one),
            text: number(ratio(one), 2),
            colour: ratio(one) <= GOALS.requestCpu ? 'ours' : 'bad',
          }),
        ),
    }),
  );
  return barChart(
    `Process time of a request, compared with the smallest configuration (goal: at most ${GOALS.requestCpu})`,
    groups,
  );
}

function costChart({ costs }: Measured): string {
  const canary = QUANTITIES.runs * PRICES.canaryRun;
  const bars = costs.map(
    (one): Bar => ({
      label: `checker, ${number(one.proxies)} ${one.proxies === 1 ? 'proxy' : 'proxies'}`,
      value: total(one),
      text: dollars(total(one)),
      colour: 'ours',
    }),
  );
  const other: Bar = {
    label: 'Synthetics canary, once a minute',
    value: canary,
    text: dollars(canary),
    colour: 'peer',
  };
  return barChart('US dollars per proxy and month', [{ title: 'one run a minute', bars: [...bars, other] }]);
}
