import type { DemoResult, Lane } from './demo';
import { COLOURS, escapeHtml, timeline } from './timeline';
import { CHICK, EGG } from './world';

/** A page about a run of the demo: one file, no network. */
export function reportPage(result: DemoResult): string {
  const followed = result.lanes.filter(({ kind, firstNew }) => kind === 'generated' && firstNew !== undefined).length;
  const generated = result.lanes.filter(({ kind }) => kind === 'generated').length;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>HAProxy in front of a load balancer that moved</title>
<style>
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --old: ${COLOURS.old}; --new: ${COLOURS.new}; --none: ${COLOURS.none}; --incident: ${COLOURS.incident}; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #161616; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
.scroll, pre { overflow-x: auto; } pre { font-size: 12px; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; font-variant-numeric: tabular-nums; }
</style>
<h1>A load balancer moved. Who followed?</h1>
<p>${followed} of ${generated} generated configurations followed; each ${EGG} after the dashed line is a request that went to an address that the load balancer no longer had.</p>
${timeline(result)}
<p>Yellow: the old address ${EGG}. Green: the new one ${CHICK}. Grey: no answer. The red line below a bar: an incident of the checker. First dashed line: the load balancer moves. Second: the pinned ones are mended.</p>
<div class="scroll"><table><tr><th>HAProxy<th>from<th>configuration<th>follows after<th>DNS queries<th>incidents</tr>
${result.lanes.map((lane) => row(lane, result.movedAt)).join('\n')}
</table></div>
<h2>Configurations</h2>
${result.lanes.map(configuration).join('\n')}
</html>
`;
}

function row({ version, source, kind, firstNew, queries, incidents }: Lane, movedAt: number): string {
  const follows = firstNew === undefined ? 'never' : `${(firstNew - movedAt).toFixed(1)} s`;
  const cells = [version, source, kind, follows, String(queries), incidents.map((i) => i.kind).join(', ') || 'none'];
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}`).join('')}</tr>`;
}

function configuration({ version, kind, configuration }: Lane): string {
  return `<details><summary>HAProxy ${escapeHtml(version)}, ${kind}</summary><pre>${escapeHtml(configuration)}</pre></details>`;
}
