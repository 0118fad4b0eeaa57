import { type Strip, stripChart } from '../chart';
import { PERIODS } from '../elb/competitors';
import { median } from '../measure';
import type { ZoneCpu } from '../request-cpu';
import type { Section } from '../section';
import { met, number, table } from '../text';
import { CONNECTIONS, EVENTS, RATE, RETURNED_SECONDS, type Stayed, type ZoneFigures, type ZoneResult } from './measure';

const PERIOD_SECONDS = PERIODS.holdValidMillis / 1000;
/** `fall` × `inter` of the generated configuration. */
const DOWN_SECONDS = (2 * PERIODS.checkMillis) / 1000;

/** Percents, periods, s, and parts of the process time. */
const GOALS = { stay: 99, return: 95, periods: 1.2, slackSeconds: 0.2, cpu: 1.03 } as const;

const isPreferring = ({ ours, proxy }: Stayed) => ours && proxy.includes('zone');

/** The section of the page. @param cpu was measured with nothing beside it */
export function zonesSection(figures: ZoneFigures, cpu: readonly ZoneCpu[]): Section {
  return { headlines: [headline(figures)], text: text(figures, cpu), pictures: { 'zones.svg': chart(figures) } };
}

function headline({ events, partial }: ZoneFigures): string {
  const ours = events.filter(isPreferring);
  const least = (of: readonly Stayed[]) => number(Math.min(...of.filter(isPreferring).map(({ share }) => share)), 2);
  const most = (...names: (keyof ZoneResult['events'])[]) =>
    Math.max(...ours.flatMap((one) => names.map((name) => one.events[name].lost)));
  return `- Requests that stay in the zone of the task with \`locality\`: at least ${least(events)} %, and ${least(partial)} % where an answer shows 8 of 12 addresses. Requests lost while the zone leaves DNS and returns: at most ${most('leaves DNS', 'is in DNS again')}; when it refuses connections or falls silent: at most ${most('refuses', 'falls silent')}.`;
}

function text({ events, partial }: ZoneFigures, cpu: readonly ZoneCpu[]): string {
  return `## Do requests stay in their zone?

![Who answers the requests of a task while its zone leaves DNS, returns, refuses and falls silent](zones.svg)

A load balancer has nodes in three zones, and the task is in one of them. All proxies run beside each other. The periods are
those above. Envoy and NGINX know no zone of an address: they get names with the nodes of one zone alone.

### Two nodes in each zone: the zone leaves DNS in order, and returns

While the zone works: ${CONNECTIONS} kept connections (wrk). Then ${RATE} requests a second, each on a connection of its own. Goals: at least
${GOALS.stay} % stay in the zone; no request is lost when the zone leaves DNS, and its nodes get none after ${GOALS.periods} periods of ${PERIOD_SECONDS} s; ${RETURNED_SECONDS} s
after its return at least ${GOALS.return} % are in the zone again. By default an address stays for \`holdObsolete\` (${PERIODS.holdObsoleteMillis / 1000} s here) after it left
an answer, because an answer may leave some out.

${leavingTable(events)}

### Two nodes in each zone: the zone refuses connections, and falls silent

Goals: no request that is sent more than \`fall\` × \`inter\` (${DOWN_SECONDS} s) later is lost; ${number(GOALS.slackSeconds, 1)} s more are allowed for a busy machine.

${failingTable(events)}

### Four nodes in each zone: an answer shows 8 of 12 addresses

Each answer has another 8. Goal: at least ${GOALS.stay} % stay in the zone, and none is lost.

${table(
  ['proxy', 'requests', 'lost', 'stay in the zone', 'goals'],
  partial.map((one) => [
    nameOf(one),
    number(one.requests),
    number(one.lost),
    `${number(one.share, 2)} %`,
    `stay: ${met(one.share >= GOALS.stay)}, no loss: ${met(one.lost === 0)}`,
  ]),
)}

### Process time of a request

With a zone, compared with the same configuration without one; all nodes are in the zone. One thread, 16 connections,
measured as the process time below. Goal: at most ${number(GOALS.cpu, 2)}.

${table(
  ['HAProxy', 'ratio', 'pairs', 'goal'],
  cpu.map(({ release, ratios }) => [
    release,
    number(median(ratios), 2),
    `${number(Math.min(...ratios), 2)} to ${number(Math.max(...ratios), 2)}`,
    met(Math.round(median(ratios) * 100) / 100 <= GOALS.cpu),
  ]),
)}`;
}

const nameOf = ({ proxy, ours }: Stayed) => (ours ? `**${proxy}**` : proxy);

function leavingTable(results: readonly ZoneResult[]): string {
  return table(
    [
      'proxy',
      'requests',
      'stay in the zone',
      'leaves DNS: lost of',
      'its last request',
      `${RETURNED_SECONDS} s after its return`,
      'goals',
    ],
    results.map((one) => {
      const { 'leaves DNS': leaving, 'is in DNS again': returned } = one.events;
      const stayed = leaving.lastOwn > 0.95 * EVENTS[1].seconds;
      return [
        nameOf(one),
        number(one.requests),
        `${number(one.share, 2)} %`,
        `${number(leaving.lost)} of ${number(leaving.sent)}`,
        stayed ? `never in ${EVENTS[1].seconds} s` : `${number(leaving.lastOwn, 1)} s`,
        `${number(returned.laterShare, 1)} %`,
        `stay: ${met(one.share >= GOALS.stay)}, no loss: ${met(leaving.lost + returned.lost === 0)}, move: ${met(leaving.lastOwn <= GOALS.periods * PERIOD_SECONDS)}, return: ${met(returned.laterShare >= GOALS.return)}`,
      ];
    }),
  );
}

function failingTable(results: readonly ZoneResult[]): string {
  return table(
    [
      'proxy',
      'refuses: lost of',
      'the last lost',
      `${RETURNED_SECONDS} s after its return`,
      'falls silent: lost of',
      'the last lost',
      'goals',
    ],
    results.map((one) => {
      const { refuses, 'works again': again, 'falls silent': silent } = one.events;
      const inTime = (lastLost: number) => met(lastLost <= DOWN_SECONDS + GOALS.slackSeconds);
      const last = ({ lost, lastLost }: typeof refuses) => (lost === 0 ? '–' : `${number(lastLost, 1)} s`);
      return [
        nameOf(one),
        `${number(refuses.lost)} of ${number(refuses.sent)}`,
        last(refuses),
        `${number(again.laterShare, 1)} %`,
        `${number(silent.lost)} of ${number(silent.sent)}`,
        last(silent),
        `refuses: ${inTime(refuses.lastLost)}, silent: ${inTime(silent.lastLost)}, return: ${met(again.laterShare >= GOALS.return)}`,
      ];
    }),
  );
}

/** Who answered the requests of each second. */
function chart({ events, times }: ZoneFigures): string {
  const end = EVENTS.reduce((sum, { seconds }) => sum + seconds, 0);
  const strips = events.map(({ proxy, samples }): Strip => {
    const seconds = Array.from({ length: end }, (_, second) => samples.filter(({ at }) => Math.floor(at) === second));
    const part = (some: ZoneResult['samples'], by: 'own' | undefined) =>
      some.filter((one) => one.by === by).length / Math.max(1, some.length);
    return { label: proxy, cells: seconds.map((some) => ({ ours: part(some, 'own'), bad: part(some, undefined) })) };
  });
  const marks = EVENTS.slice(1).map(({ name }) => ({ at: times[name], text: name }));
  const legend = { ours: 'answered in the zone', peer: 'answered in another zone', bad: 'lost' };
  return stripChart('Who answers the requests of a task while something happens to its zone', legend, strips, marks);
}
