import { type Bar, barChart } from '../chart';
import type { Section } from '../section';
import { met, number, table } from '../text';
import { SLOW_MILLIS, STOP_CASES, type Stopped } from './measure';

/** The section of the page. */
export function stopSection(stops: readonly Stopped[]): Section {
  return { headlines: [headline(stops)], text: text(stops), pictures: { 'stop.svg': chart(stops) } };
}

function headline(stops: readonly Stopped[]): string {
  const most = (of: (result: Stopped) => boolean) => number(Math.max(0, ...stops.filter(of).map(({ lost }) => lost)));
  const asked = number(Math.max(...stops.filter(({ ours }) => ours).map(({ requests }) => requests)));
  return `- Requests lost while the proxy's own tasks are replaced one by one, scaled 2 → 6 → 2 and stopped all at once: at most ${most(({ ours }) => ours)} of about ${asked} on every available HAProxy; with the configuration of 0.1 up to ${most(({ proxy }) => proxy.includes('0.1'))}, with NGINX (\`quit\`) up to ${most(({ proxy }) => proxy.includes('NGINX'))}, with Envoy (drain) up to ${most(({ proxy }) => proxy.includes('Envoy'))}.`;
}

function text(stops: readonly Stopped[]): string {
  const parts = STOP_CASES.map(({ name, drainMillis, stopTimeoutMillis }) => {
    const results = stops.filter((one) => one.case === name);
    return `### ${name}: drain ${drainMillis / 1000} s, stop timeout ${stopTimeoutMillis / 1000} s\n\n${stopTable(results)}`;
  });
  return `## Is a request lost when the proxy's own tasks stop?

![Requests lost while tasks are replaced](stop.svg)

Each proxy is a service of 2 tasks, whose tasks are replaced one by one, scaled to 6 and back, and replaced all at once. A
new task takes traffic when it is ready. ECS stops a task without waiting for its clients, as after a Spot notice. The first
case has the default times of a name in Cloud Map. A Network Load Balancer sends new connections to a target for 120 s
after its deregistration; here that and the drain are a fifth. Long requests take ${SLOW_MILLIS / 1000} s. The generated tasks get
SIGTERM, that of 0.1 SIGUSR1, NGINX SIGQUIT. Envoy drains with \`/drain_listeners?graceful\` for the same time; it does
not end itself and gets SIGTERM 5 s before the stop timeout. Goals: no request lost; every
task ends itself before the stop timeout.

${parts.join('\n\n')}`;
}

function stopTable(results: readonly Stopped[]): string {
  const kinds = Object.keys(results[0]!.reports) as (keyof Stopped['reports'])[];
  return table(
    ['proxy', ...kinds.map((kind) => `${kind}: lost of`), 'longest stop', 'goals'],
    results.map(({ proxy, ours, reports, lost, slowestSeconds, stopped, killed }) => [
      ours ? `**${proxy}**` : proxy,
      ...kinds.map((kind) => `${number(reports[kind]!.lost)} of ${number(reports[kind]!.requests)}`),
      killed > 0 ? `${killed} of ${stopped} killed` : `${number(slowestSeconds, 1)} s`,
      `no loss: ${met(lost === 0)}, in time: ${met(killed === 0)}`,
    ]),
  );
}

function chart(stops: readonly Stopped[]): string {
  const groups = STOP_CASES.map(({ name }) => {
    const results = stops.filter((one) => one.case === name);
    const most = Math.max(1, ...results.map(({ lost }) => lost));
    const bars = results.map(
      ({ proxy, ours, requests, lost }): Bar => ({
        label: proxy,
        value: lost / most,
        text: `${number(lost)} of ${number(requests)} lost`,
        colour: lost > 0 ? 'bad' : ours ? 'ours' : 'peer',
      }),
    );
    return { title: name, bars };
  });
  return barChart('Requests lost while the tasks of the proxy are replaced (shorter is better)', groups, 1);
}
