import { diffLines } from 'diff';
import { Html, html } from '../../lambda/census/html';
import { type DemoResult, FIGURES, figureOf, formatFigure, surprises, tooBusy } from '../figures';
import type { FigureName } from '../scenario';
import type { Timeline } from '../timeline';
import { STYLE } from './style';
import { timelineChart } from './timeline-chart';

const EGG_PATH = 'M12 2c4 0 7.5 6.2 7.5 11.3A7.5 7.5 0 0 1 12 21.5a7.5 7.5 0 0 1-7.5-8.2C4.5 8.2 8 2 12 2z';

/** The page about a run of the demo: one file that needs no network and no script. */
export function reportPage(result: DemoResult): string {
  const { scenario, timelines } = result;
  const [first, ...rest] = scenario.title;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HAProxy when ${scenario.title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main>
${hero()}
<h1>${first!.toUpperCase()}${rest.join('')}</h1>
<p class="soft">${timelines.length} real HAProxy processes on one machine, half of them with a pinned server line, half with the
generated configuration; ${scenario.requestsPerSecond} requests a second to each, and the drift checker beside them.</p>
${verdict(result)}
<div class="cards">${(['pinned', 'generated'] as const).map((kind) => card(kind, result))}</div>
<h2>What happened</h2>
<ul class="legend">
<li><i style="background:var(--old)"></i>answer from an address of the start</li>
<li><i style="background:var(--new)"></i>answer from a new address</li>
<li><i style="background:var(--stranger)"></i>answer from a stranger</li>
<li><i style="background:var(--lost)"></i>lost request</li>
<li><i class="tick" style="background:var(--query)"></i>DNS queries</li>
<li><i class="mark"></i>something happens, as numbered</li>
<li><i style="background:var(--critical)"></i>open incident of the checker</li>
</ul>
${timelineChart(result)}
<p class="soft">How to read it: each column is a second, and its colours are the shares of its answers. The ticks below are the
DNS queries that HAProxy sent. A bar with a name is an incident, from when it opened until it was resolved.</p>
<h2>Figures</h2>
${figures(result)}
<h2>Incidents</h2>
${incidents(timelines)}
<h2>Configurations</h2>
<p class="soft">Green lines are only in the generated configuration, red lines only in the pinned one.</p>
${pairsOf(timelines).map(([pinned, generated]) => configurations(pinned, generated))}
</main></body>
</html>
`;
  return page.toString();
}

function hero(): Html {
  return html`<div class="hero" aria-hidden="true">
<svg viewBox="0 0 24 24"><path d="${EGG_PATH}" fill="var(--old)"/><path d="M9 6.5c-1.4 1.6-2.3 3.6-2.5 5.4" stroke="#fff" stroke-width="1.4" stroke-linecap="round" fill="none" opacity=".7"/></svg>
<svg viewBox="0 0 24 24"><path d="M4 12h14m-5-5 5 5-5 5" stroke="currentColor" stroke-width="2" fill="none" stroke-linecap="round" stroke-linejoin="round"/></svg>
<svg viewBox="0 0 24 24"><circle cx="12" cy="10.5" r="7" fill="var(--new)"/><path d="M4.5 13.5l2.2 1.8 2.1-2 2.1 2.2 2.2-2.2 2.1 2.2 2.2-2 2.1 1.6c-.4 3.7-3.4 6.4-7.5 6.4s-7-2.9-7.5-8z" fill="var(--old)"/><circle cx="9.4" cy="8.8" r="1" fill="#14171a"/><circle cx="14.6" cy="8.8" r="1" fill="#14171a"/><path d="M10.6 10.6h2.8L12 12.3z" fill="#e2711d"/></svg>
</div>`;
}

function verdict(result: DemoResult): Html {
  const found = surprises(result);
  return found.length === 0
    ? html`<p>${result.scenario.meaning}</p>`
    : html`<div class="card surprises"><b>Not as expected</b><ul>${found.map((line) => html`<li>${line}</li>`)}</ul>${tooBusy(result) ?? ''}</div>`;
}

/** The main figures of one of the two kinds. */
function card(kind: Timeline['kind'], result: DemoResult): Html {
  const timelines = result.timelines.filter((timeline) => timeline.kind === kind);
  const { figure, text } = result.scenario.goal;
  const reached = timelines.filter((timeline) => Number.isFinite(figureOf(figure, timeline, result))).length;
  const sum = (name: FigureName) => timelines.reduce((total, timeline) => total + figureOf(name, timeline, result), 0);
  return html`<div class="card"><h3>${kind === 'pinned' ? 'Pinned: a server line that never resolves again' : 'Generated: what this project writes'}</h3><dl>
<dt class="${reached === timelines.length ? 'good' : 'bad'}">${reached} of ${timelines.length}</dt><dd>${text}</dd>
<dt>${sum('lost')}</dt><dd>requests lost</dd>
<dt>${sum('queries')}</dt><dd>DNS queries sent</dd>
<dt>${sum('criticals')}</dt><dd>critical incidents</dd>
</dl></div>`;
}

function figures(result: DemoResult): Html {
  const names = result.scenario.figures;
  const heads = names.map((name) => html`<th>${FIGURES[name].head}</th>`);
  const rows = result.timelines.map((timeline) => {
    const cells = names.map((name) => {
      const text = formatFigure(name, figureOf(name, timeline, result));
      return text === 'never' ? html`<td class="soft">${text}</td>` : html`<td>${text}</td>`;
    });
    return html`<tr><td class="text">${timeline.version}</td><td class="text">${timeline.kind}</td>${cells}</tr>\n`;
  });
  return html`<div class="scroll"><table><tr><th class="text">HAProxy</th><th class="text">configuration</th>${heads}</tr>
${rows}</table></div>`;
}

function incidents(timelines: readonly Timeline[]): Html {
  const rows = timelines.flatMap(({ version, kind, incidents: found }) =>
    found.map((incident) => {
      const { openedAt, resolvedAt, message } = incident;
      const until = resolvedAt === undefined ? 'still open' : `${resolvedAt.toFixed(1)} s`;
      return html`<tr><td class="text">${version} ${kind}</td><td class="text">${incident.kind}</td><td class="text">${incident.severity}</td><td>${openedAt.toFixed(1)} s</td><td>${until}</td><td class="long">${message}</td></tr>\n`;
    }),
  );
  return rows.length === 0
    ? html`<p>None.</p>`
    : html`<div class="scroll"><table><tr><th class="text">HAProxy</th><th class="text">verdict</th><th class="text">severity</th><th>opened</th><th>resolved</th><th class="text">message</th></tr>
${rows}</table></div>`;
}

/** Pinned and generated of the same release. */
function pairsOf(timelines: readonly Timeline[]): [Timeline | undefined, Timeline | undefined][] {
  return [...new Set(timelines.map(({ version }) => version))].map((version) => [
    timelines.find((timeline) => timeline.version === version && timeline.kind === 'pinned'),
    timelines.find((timeline) => timeline.version === version && timeline.kind === 'generated'),
  ]);
}

function configurations(pinned: Timeline | undefined, generated: Timeline | undefined): Html {
  const either = (pinned ?? generated)!;
  const changes = diffLines(pinned?.configuration ?? '', generated?.configuration ?? '');
  const lines = changes.flatMap(({ value, added, removed }) => {
    const mark = added ? 'added' : removed ? 'gone' : 'same';
    return value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => html`<span class="${mark}">${line || ' '}</span>`);
  });
  return html`<details><summary>HAProxy ${either.version}, ${either.source}</summary><pre>${lines}</pre></details>`;
}
