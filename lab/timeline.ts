import type { DemoResult, Lane } from './demo';
import { CHICK, EGG } from './world';

/** Colours that differ in brightness too. */
export const COLOURS = { old: '#e0a100', new: '#1a8f4a', none: '#999999', incident: '#d1242f' } as const;

const WIDTH = 1000;
const LABEL = 150;
const ROW = 30;

/** Makes a text safe in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Bars of what each HAProxy answered over time, as inline SVG. */
export function timeline(result: DemoResult): string {
  const x = (at: number) => Math.round(LABEL + (at / result.endedAt) * (WIDTH - LABEL));
  const height = (result.lanes.length + 1) * ROW;
  const marks = [result.movedAt, result.mendedAt].map(
    (at) => `<path d="M${x(at)} 0V${height - ROW}" stroke="currentColor" stroke-dasharray="4 3"/>`,
  );
  const seconds = Array.from({ length: Math.floor(result.endedAt / 5) + 1 }, (_, i) => i * 5);
  const axis = seconds.map((at) => `<text x="${x(at)}" y="${height - 10}">${at} s</text>`);
  const lanes = result.lanes.map((lane, i) => bar(lane, i * ROW, x, result.endedAt));
  const label = 'What each HAProxy answered over time';
  return `<div class="scroll"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}" style="min-width:40rem">${[...lanes, ...marks, ...axis].join('\n')}</svg></div>`;
}

function bar(lane: Lane, y: number, x: (at: number) => number, end: number): string {
  const label = `<text x="0" y="${y + 16}">${escapeHtml(lane.version)} ${lane.kind}</text>`;
  const answers = stretches(lane).map(
    ({ colour, from, to }) => `<path d="M${x(from)} ${y + 4}H${x(to)}v14H${x(from)}z" fill="var(--${colour})"/>`,
  );
  const incidents = lane.incidents.map(({ openedAt, resolvedAt, kind, message }) => {
    const width = x(resolvedAt ?? end) - x(openedAt);
    return `<rect x="${x(openedAt)}" y="${y + 20}" width="${width}" height="4" fill="var(--incident)"><title>${escapeHtml(`${kind}: ${message}`)}</title></rect>`;
  });
  return [label, ...answers, ...incidents].join('');
}

/** Runs of equal answers. */
function stretches({ samples }: Lane): { colour: string; from: number; to: number }[] {
  const colours: Record<string, string> = { [EGG]: 'old', [CHICK]: 'new' };
  const runs: { colour: string; from: number; to: number }[] = [];
  for (const { at, answer } of samples) {
    const colour = colours[answer ?? ''] ?? 'none';
    const last = runs.at(-1);
    if (last !== undefined) {
      last.to = at;
    }
    if (last?.colour !== colour) {
      runs.push({ colour, from: at, to: at });
    }
  }
  return runs;
}
