import { type Html, html } from '../../lambda/census/html';
import type { DemoEvent, DemoResult } from '../figures';
import { CHICK, EGG, FOX } from '../scenario';
import type { Timeline, TimelineIncident } from '../timeline';

/** The parts of a second's column, from the bottom to the top. */
const LAYERS = [
  { of: CHICK, fill: 'new' },
  { of: EGG, fill: 'old' },
  { of: FOX, fill: 'stranger' },
  { of: undefined, fill: 'lost' },
] as const;

const SECOND = 10;
const ANSWERS = 30;
const QUERIES = 9;
const HEIGHT = ANSWERS + 2 + QUERIES;
/** The largest number of queries in a second that is drawn. */
const MOST_QUERIES = 2;

/** What each HAProxy answered and asked over time, and its incidents. */
export function timelineChart(result: DemoResult): Html {
  const { timelines, endedAt } = result;
  const events = result.events.filter(({ label }) => label !== undefined);
  const left = (at: number) => `${((at / endedAt) * 100).toFixed(2)}%`;
  const badges = events.map(({ at, label }, i) => html`<b style="left:${left(at)}" title="${label!}">${i + 1}</b>`);
  const step = endedAt > 40 ? 10 : 5;
  const seconds = Array.from({ length: Math.floor((endedAt - 1) / step) }, (_, i) => (i + 1) * step);
  const ticks = seconds.map((at) => html`<span style="left:${left(at)}">${at} s</span>`);
  return html`<div class="timeline">
<div class="axis"><div></div><div class="plot">${badges}</div></div>
${timelines.map((timeline) => row(timeline, events, endedAt, left))}
<div class="axis"><div></div><div class="plot">${ticks}</div></div>
</div>
<ol class="events">${events.map(({ at, note }, i) => html`<li><span class="badge">${i + 1}</span><time>${at.toFixed(1)} s</time><span>${note}</span></li>`)}</ol>`;
}

function row(timeline: Timeline, events: readonly DemoEvent[], endedAt: number, left: (at: number) => string): Html {
  const { version, kind, source } = timeline;
  return html`<div class="row"><div class="name">${version} ${kind}<small>${source}</small></div><div class="plot">
${strip(timeline, events, endedAt)}
${timeline.incidents.map((incident) => bar(incident, endedAt, left))}</div></div>
`;
}

/** Each second is a column, as high as its answers' shares; below it the queries that it sent. */
function strip(timeline: Timeline, events: readonly DemoEvent[], endedAt: number): Html {
  const columns = Array.from({ length: Math.ceil(endedAt) }, (_, second) => column(timeline, second)).flat();
  const lines = events.map(
    ({ at }) =>
      html`<path d="M${(at * SECOND).toFixed(1)} 0V${HEIGHT}" stroke="var(--edge)" stroke-width="1.5" stroke-dasharray="4 3" vector-effect="non-scaling-stroke"/>`,
  );
  const label = `What HAProxy ${timeline.version} (${timeline.kind}) answered in each second`;
  return html`<svg viewBox="0 0 ${(endedAt * SECOND).toFixed(1)} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${columns}${lines}</svg>`;
}

function column({ requests, checks }: Timeline, second: number): Html[] {
  const x = second * SECOND + 0.5;
  const width = SECOND - 1;
  const answers = requests.filter(({ at }) => Math.floor(at) === second);
  let top = ANSWERS;
  const layers = LAYERS.flatMap(({ of, fill }) => {
    const share = answers.filter(({ answer }) => answer === of).length / Math.max(1, answers.length);
    top -= share * ANSWERS;
    return share === 0 ? [] : [html`<path d="${box(x, top, width, share * ANSWERS)}" fill="var(--${fill})"/>`];
  });
  const sentBefore = (at: number) => checks.findLast((look) => look.at < at)?.queries ?? 0;
  const queries = Math.min(MOST_QUERIES, Math.max(0, sentBefore(second + 1) - sentBefore(second)));
  const high = (queries / MOST_QUERIES) * QUERIES;
  const tick = html`<path d="${box(x + 0.4 * width, HEIGHT - high, 0.2 * width, high)}" fill="var(--query)"/>`;
  return queries === 0 ? layers : [...layers, tick];
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`;
}

function bar(incident: TimelineIncident, endedAt: number, left: (at: number) => string): Html {
  const { kind, severity, message, openedAt, resolvedAt = endedAt } = incident;
  const style = `left:${left(openedAt)};width:${left(resolvedAt - openedAt)}`;
  return html`<div class="incident"><b class="${severity}" style="${style}" title="${message}">${kind}</b></div>`;
}
