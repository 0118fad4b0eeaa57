import { type Bar, barChart, type Group } from '../chart';
import type { Section } from '../section';
import { met, number, table } from '../text';
import { CONNECTIONS, type Followed, PERIOD_SECONDS } from './follow';
import { SCENARIOS } from './scenarios';

/** Periods until the first request on a new address. */
const GOAL = 1.2;

const CALM = SCENARIOS.filter(({ sudden }) => !sudden).map(({ name }) => name);

/** The section of the page. */
export function followSection(followed: readonly Followed[], runs: number): Section {
  return {
    headlines: headlines(followed, runs),
    text: text(followed, runs),
    pictures: { 'follow.svg': followChart(followed) },
  };
}

function headlines(followed: readonly Followed[], runs: number): string[] {
  const lostBy = (ours: boolean, of: (result: Followed) => boolean) =>
    followed.filter((result) => result.ours === ours && of(result)).map(({ lost }) => lost);
  const calm = lostBy(true, ({ scenario }) => CALM.includes(scenario));
  const sudden = lostBy(true, ({ scenario }) => !CALM.includes(scenario));
  const handWritten = Math.max(
    ...followed.filter(({ competitor }) => competitor.includes('hand-written')).map(({ lost }) => lost),
  );
  const asked = followed.filter(({ ours }) => ours).map(({ requests }) => requests);
  return [
    `- Requests lost while a load balancer is replaced node by node or scales 2 → 12 → 3: at most ${Math.max(...calm)} of about ${number(Math.max(...asked))} per run on every available HAProxy (worst of ${runs} runs); with a hand-written configuration without \`resolvers\`: up to ${number(handWritten)}.`,
    `- Requests lost when a node or a zone fails without notice: at most ${Math.max(...sudden)}.`,
  ];
}

function text(followed: readonly Followed[], runs: number): string {
  return `## Does it follow the load balancer?

![Requests lost and time to the first request on a new address](follow.svg)

Each proxy gets a load of 8 connections (wrk) with requests that take 30 ms; all proxies run at the same time. All
periods, also those of the other proxies, are a fifth of the defaults of the generated configuration: names are resolved
every ${PERIOD_SECONDS} s. A node that is replaced leaves DNS, serves for 12 s more and then refuses connections. A node
that fails resets its connections. A zone that is lost does not answer. Lost: the worst of ${runs} runs; all other figures:
medians. Outage: the longest time without any request on a running node; it includes requests that hang, which are not
lost for the client. Goals: no request lost where no node fails; the first request on a new address within
${GOAL} periods.

${SCENARIOS.map(
  ({ name }) =>
    `### The load balancer ${name.replace(/^(replaced)/, 'is $1')}\n\n${followTable(
      followed.filter(({ scenario }) => scenario === name),
      CALM.includes(name),
    )}`,
).join('\n\n')}`;
}

const secondsOf = (value: number | undefined) => (value === undefined ? '–' : `${number(value, 1)} s`);

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
        one.firstSeconds === undefined ? '' : `, in time: ${met(one.firstSeconds <= GOAL * PERIOD_SECONDS)}`;
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

function followChart(followed: readonly Followed[]): string {
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
