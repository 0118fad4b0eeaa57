import { HaproxyVersion } from '../lib/haproxy/version/version';
import { type Bar, barChart, type Group } from './chart';
import type { IdleCost } from './idle-cost';
import { median } from './measure';
import { type LineCost, REQUESTS, type RequestCpu, ROUNDS } from './request-cpu';
import type { Section } from './section';
import { met, number, table } from './text';

/** What a request costs. */
interface RequestCost {
  readonly requestCpu: readonly RequestCpu[];
  readonly lineCosts: readonly LineCost[];
  readonly lineCostsOf: string;
  readonly idleCost: IdleCost;
}

const GOALS = { requestCpu: 1.1, resolverPacketsPerSecond: 1024 } as const;

/** The section of the page. */
export function requestSection(cost: RequestCost): Section {
  const { dnsPerSecond } = cost.idleCost;
  return {
    headlines: [
      cpuHeadline(cost.requestCpu),
      `- DNS: ${number(dnsPerSecond, 2)} queries per second and proxy; 1,000 proxies send ${number(dnsPerSecond * 1000)}, and one network interface may send ${number(GOALS.resolverPacketsPerSecond)}.`,
    ],
    text: text(cost),
    pictures: { 'request-cpu.svg': requestCpuChart(cost) },
  };
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

function text({ requestCpu, lineCosts, lineCostsOf, idleCost }: RequestCost): string {
  return `## What does a request cost?

![Process time of a request, compared with the smallest configuration that has the same log](request-cpu.svg)

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
)}

1,000 kept connections: ${number(idleCost.memoryKib.generated / 1024, 1)} MiB with the generated configuration, ${number(idleCost.memoryKib.smallest / 1024, 1)} MiB with the
smallest. DNS at the default period: ${number(idleCost.dnsPerSecond, 2)} queries a second; 1,000 proxies: ${number(idleCost.dnsPerSecond * 1000)}, from as many network
interfaces, each of which may send ${number(GOALS.resolverPacketsPerSecond)} packets a second to the VPC's resolver.`;
}

function requestCpuChart({ requestCpu }: RequestCost): string {
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
