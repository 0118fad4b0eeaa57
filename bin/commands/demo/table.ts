import { type DemoResult, FIGURES, figureOf, formatFigure, surprises, tooBusy } from '../../../lab/figures';

/** The figures of a run as aligned columns. */
export function table(result: DemoResult): string {
  const { figures } = result.scenario;
  const head = ['HAProxy', 'configuration', ...figures.map((name) => FIGURES[name].head)];
  const rows = result.timelines.map((timeline) => [
    timeline.version,
    timeline.kind,
    ...figures.map((name) => formatFigure(name, figureOf(name, timeline, result))),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  // Figures are aligned right, names left.
  const line = (row: readonly string[]) =>
    row.map((text, i) => (i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ');
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n');
}

/** The meaning of the table in two sentences, or everything that is not as expected. */
export function meaning(result: DemoResult): string {
  const found = surprises(result);
  return found.length === 0
    ? result.scenario.meaning
    : ['Not as expected:', ...found, tooBusy(result) ?? []].flat().join('\n');
}
