import { PRICES, QUANTITIES } from './bill';
import { type Bar, barChart } from './chart';
import type { FleetCost } from './cost';
import type { Section } from './section';
import { number, table } from './text';

/** The section of the page. */
export function checkerSection(costs: readonly FleetCost[]): Section {
  return { headlines: [headline(costs)], text: text(costs), pictures: { 'cost.svg': costChart(costs) } };
}

const dollars = (value: number) => `$${value.toFixed(2)}`;
const total = ({ perProxy: { lambda, logs, metrics } }: FleetCost) => lambda + logs + metrics;

function headline(costs: readonly FleetCost[]): string {
  const one = costs[0]!;
  const last = costs.at(-1)!;
  return `- The checker, per proxy and month: ${dollars(total(one))} for one proxy, ${dollars(total(last))} each for ${number(last.proxies)}, nearly all of it for metrics and alarms; a Synthetics canary that runs once a minute costs ${dollars(QUANTITIES.runs * PRICES.canaryRun)}.`;
}

function text(costs: readonly FleetCost[]): string {
  return `## What does the checker cost?

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
)}`;
}

function costChart(costs: readonly FleetCost[]): string {
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
