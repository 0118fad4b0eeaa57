import { diffLines } from 'diff';
import { type DemoResult, FIGURES, type FigureName, figureOf, formatFigure, surprises } from './figures';
import { Html, html } from './html';
import type { Lane } from './lane';
import { STYLE } from './page-style';
import { timeline } from './page-timeline';

const EGG_PATH = 'M12 2c4 0 7.5 6.2 7.5 11.3A7.5 7.5 0 0 1 12 21.5a7.5 7.5 0 0 1-7.5-8.2C4.5 8.2 8 2 12 2z';

/** A page about a run of the demo: one file, no network, no script. */
export function reportPage(result: DemoResult): string {
  const { scenario, lanes } = result;
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
<p class="soft">${lanes.length} real HAProxy processes on one machine, half of them with a pinned server line, half with the
generated configuration; ${scenario.requestsPerSecond} requests a second to each, and the drift checker beside them.</p>
${verdict(result)}
<div class="cards">${(['pinned', 'generated'] as const).map((kind) => card(kind, result))}</div>
<h2>What happened</h2>
<ul class="legend">
<li><i style="background:var(--old)"></i>answer from an address that it had at the start</li>
<li><i style="background:var(--new)"></i>answer from a new one</li>
<li><i style="background:var(--lost)"></i>lost request</li>
<li><i class="tick" style="background:var(--query)"></i>DNS queries</li>
<li><i class="mark"></i>something happens, as numbered</li>
<li><i style="background:var(--critical)"></i>open incident of the checker</li>
</ul>
${timeline(result)}
<p class="soft">How to read it: each column is a second, and its colours are the shares of its answers. The ticks below are the
DNS queries that HAProxy sent. A bar with a name is an incident, from its opening to its end.</p>
<h2>Figures</h2>
${figures(result)}
<h2>Incidents</h2>
${incidents(lanes)}
<h2>Configurations</h2>
<p class="soft">Green lines are only in the generated configuration, red ones only in the pinned.</p>
${pairsOf(lanes).map(([pinned, generated]) => configurations(pinned, generated))}
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
    : html`<div class="card surprises"><b>Not as expected</b><ul>${found.map((line) => html`<li>${line}</li>`)}</ul></div>`;
}

/** What is to be known of one of the two kinds at a glance. */
function card(kind: Lane['kind'], result: DemoResult): Html {
  const lanes = result.lanes.filter((lane) => lane.kind === kind);
  const { figure, says } = result.scenario.goal;
  const reached = lanes.filter((lane) => Number.isFinite(figureOf(figure, lane, result))).length;
  const sum = (name: FigureName) => lanes.reduce((total, lane) => total + figureOf(name, lane, result), 0);
  return html`<div class="card"><h3>${kind === 'pinned' ? 'Pinned: a server line that never resolves again' : 'Generated: what this project writes'}</h3><dl>
<dt class="${reached === lanes.length ? 'good' : 'bad'}">${reached} of ${lanes.length}</dt><dd>${says}</dd>
<dt>${sum('lost')}</dt><dd>requests lost</dd>
<dt>${sum('queries')}</dt><dd>DNS queries sent</dd>
<dt>${sum('criticals')}</dt><dd>critical incidents</dd>
</dl></div>`;
}

function figures(result: DemoResult): Html {
  const names = result.scenario.figures;
  const heads = names.map((name) => html`<th>${FIGURES[name].head}</th>`);
  const rows = result.lanes.map((lane) => {
    const cells = names.map((name) => {
      const text = formatFigure(name, figureOf(name, lane, result));
      return text === 'never' ? html`<td class="soft">${text}</td>` : html`<td>${text}</td>`;
    });
    return html`<tr><td class="text">${lane.version}</td><td class="text">${lane.kind}</td>${cells}</tr>\n`;
  });
  return html`<div class="scroll"><table><tr><th class="text">HAProxy</th><th class="text">configuration</th>${heads}</tr>
${rows}</table></div>`;
}

function incidents(lanes: readonly Lane[]): Html {
  const rows = lanes.flatMap(({ version, kind, incidents: found }) =>
    found.map((incident) => {
      const { openedAt, resolvedAt, message } = incident;
      const until = resolvedAt === undefined ? 'still open' : `${resolvedAt.toFixed(1)} s`;
      return html`<tr><td class="text">${version} ${kind}</td><td class="text">${incident.kind}</td><td class="text">${incident.severity}</td><td>${openedAt.toFixed(1)} s</td><td>${until}</td><td class="long">${message}</td></tr>\n`;
    }),
  );
  return rows.length === 0
    ? html`<p>None.</p>`
    : html`<div class="scroll"><table><tr><th class="text">HAProxy</th><th class="text">verdict</th><th class="text">severity</th><th>opened</th><th>over</th><th class="text">what it says</th></tr>
${rows}</table></div>`;
}

/** Pinned and generated of the same release. */
function pairsOf(lanes: readonly Lane[]): [Lane | undefined, Lane | undefined][] {
  return [...new Set(lanes.map(({ version }) => version))].map((version) => [
    lanes.find((lane) => lane.version === version && lane.kind === 'pinned'),
    lanes.find((lane) => lane.version === version && lane.kind === 'generated'),
  ]);
}

function configurations(pinned: Lane | undefined, generated: Lane | undefined): Html {
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
