import { type Bar, barChart } from '../chart';
import { PERIODS } from '../elb/competitors';
import type { Section } from '../section';
import { met, number, table } from '../text';
import { OUT_MILLIS, RATE, SILENT_MINUTES, SLACK_MILLIS, type Strange } from './measure';

const BOUND_SECONDS = (OUT_MILLIS + SLACK_MILLIS) / 1000;

const proves = ({ proxy }: Strange) => proxy.includes('identity');

/** The section of the page. */
export function strangersSection(results: readonly Strange[]): Section {
  return { headlines: [headline(results)], text: text(results), pictures: { 'strangers.svg': chart(results) } };
}

function headline(results: readonly Strange[]): string {
  const ours = results.filter((one) => one.ours);
  const most = (of: readonly Strange[], what: 'late' | 'reached') => number(Math.max(0, ...of.map((one) => one[what])));
  const [proving, others] = [ours.filter(proves), ours.filter((one) => !proves(one))];
  const asked = number(Math.max(...ours.map(({ requests }) => requests)));
  return `- Requests to a stranger at an address of the load balancer, while DNS is silent for ${SILENT_MINUTES} minutes: with \`identity\` at most ${most(proving, 'reached')} of ${asked}, and ${most(proving, 'late')} after ${BOUND_SECONDS} s; without it up to ${most(others, 'reached')}.`;
}

function text(results: readonly Strange[]): string {
  const rows = results.map((one) => [
    one.ours ? `**${one.proxy}**` : one.proxy,
    number(one.requests),
    number(one.reached),
    one.lastSeconds === undefined ? '–' : `${number(one.lastSeconds, 1)} s`,
    number(one.late),
    number(one.lost),
    met(one.late === 0),
  ]);
  const head = [
    'proxy',
    'requests',
    'to the stranger',
    'the last one after',
    `after more than ${BOUND_SECONDS} s`,
    'without a 200',
    'goal',
  ];
  return `## Does a stranger get requests?

![Requests to a stranger](strangers.svg)

DNS answers nothing for ${SILENT_MINUTES} minutes. At its beginning one of two nodes ends, and a stranger that answers 200 to everything gets
its address. Each proxy gets ${RATE} requests a second, each on a connection of its own. Health checks run every ${OUT_MILLIS / 2} ms, and two
of them must fail. HAProxy keeps addresses for longer than DNS is silent (\`holdOutage\` is ${PERIODS.holdOutageMillis / 60_000} minutes here). Goal: no request to the stranger after ${OUT_MILLIS / 1000} s; ${SLACK_MILLIS / 1000} s more are allowed for a busy machine.

${table(head, rows)}`;
}

function chart(results: readonly Strange[]): string {
  const bars = results.map(
    (one): Bar => ({
      label: one.proxy,
      value: one.reached,
      text: `${number(one.reached)} of ${number(one.requests)}${one.lost > 0 ? `, ${number(one.lost)} without a 200` : ''}`,
      colour: one.late > 0 ? 'bad' : one.ours ? 'ours' : 'peer',
    }),
  );
  const title = 'Requests to a stranger at an address of the load balancer (shorter is better)';
  return barChart(title, [{ title: `DNS is silent for ${SILENT_MINUTES} minutes`, bars }]);
}
