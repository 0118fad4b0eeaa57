import { createColors } from 'picocolors';
import type { Snapshot } from '../../../lab/demo';
import { CHICK, EGG, FOX, type Scenario } from '../../../lab/scenario';
import { openIncidents, type Timeline } from '../../../lab/timeline';

/** A request that was not answered; as wide as the others. */
const LOST = '❌';
/** A second without any request: before the start, or while it is restarted. */
const NOTHING = '··';
const CELL_COLUMNS = 2;
/** A strip of fewer seconds shows too little: the columns behind it are left out first. */
const LEAST_CELLS = 12;
const NOTES = 4;

/** The content of a frame besides the snapshot. */
interface FrameOptions {
  readonly scenario: Scenario;
  /** The last lines about what happened. */
  readonly notes: readonly string[];
  /** What is being fetched; undefined when everything is available. */
  readonly fetching?: string;
  /** Width of the terminal. */
  readonly columns: number;
  readonly colour: boolean;
}

/** The whole picture of a moment, as lines. Only notes can be longer than the terminal is wide. */
export function frame(snapshot: Snapshot, options: FrameOptions): string[] {
  const { scenario, notes, fetching, columns, colour } = options;
  const { bold, dim, cyan } = createColors(colour);
  const { at, timelines, next } = snapshot;
  const rows = timelines.map((timeline) => row(snapshot, timeline, columns, colour));
  const soon = fetching ?? (next && `${next.soon}, in ${Math.ceil(next.seconds)} s at most`) ?? 'starting';
  return [
    `${bold(`${seconds(at)}  ${scenario.title}`)}`,
    dim(
      `${EGG} old address  ${CHICK} new address  ${scenario.testbed.identity ? `${FOX} stranger  ` : ''}${LOST} lost request  │ what happened`,
    ),
    '',
    ...rows,
    '',
    ...notes.slice(-NOTES).map((note) => dim(note)),
    `${cyan('▸')} ${soon}`,
  ];
}

/** Seconds since the start, aligned. */
export function seconds(at: number): string {
  return `${Math.floor(at).toString().padStart(3)} s`;
}

/** A request without an answer for so many seconds is shown as lost, until the answer comes. */
const SHOWN_AS_LOST_SECONDS = 0.5;

/** The emoji of one second of a timeline: lost if any of its requests is lost. */
export function cell({ requests }: Timeline, second: number, now: number): string {
  const ended = requests.filter(({ at, answer }) => answer !== undefined || now - at > SHOWN_AS_LOST_SECONDS);
  const answers = ended.filter(({ at }) => Math.floor(at) === second).map(({ answer }) => answer);
  return answers.length === 0 ? NOTHING : answers.includes(undefined) ? LOST : answers.at(-1)!;
}

function row(snapshot: Snapshot, timeline: Timeline, columns: number, colour: boolean): string {
  const { bold, dim, green, yellow, red } = createColors(colour);
  const { version, kind } = timeline;
  const head = `${version.padEnd(Math.max(...snapshot.timelines.map((other) => other.version.length)))} ${kind.padEnd(9)} `;
  const { text, severity } = stateOf(timeline, snapshot.at);
  const { held = [], queries = 0 } = timeline.checks.at(-1) ?? {};
  const address = held.length === 1 ? held[0]! : `${held.length} addresses`;
  // The last one is left out first.
  const behind = [
    { columns: STATE_COLUMNS, text: { ok: green, warning: yellow, critical: red }[severity](` ${text}`) },
    { columns: 13, text: dim(` ${address.padEnd(12)}`) },
    { columns: 12, text: dim(` ${String(queries).padStart(3)} queries`) },
  ];
  const roomBeside = () => columns - head.length - behind.reduce((sum, part) => sum + part.columns, 0);
  while (behind.length > 0 && roomBeside() < LEAST_CELLS * CELL_COLUMNS) {
    behind.pop();
  }
  const tail = behind.map((part) => part.text).reverse();
  return `${bold(head)}${strip(snapshot, timeline, Math.max(0, roomBeside()), colour)}${tail.join('')}`;
}

/** As wide as the longest usual text, so that all strips end at the same column. */
const STATE_COLUMNS = 20;

/** The last seconds that fit, with a bar where something happened, padded to the width. */
function strip({ at, events }: Snapshot, timeline: Timeline, room: number, colour: boolean): string {
  const { dim } = createColors(colour);
  const bars = new Set(events.filter(({ label }) => label !== undefined).map((mark) => Math.floor(mark.at)));
  const cells: string[] = [];
  let left = room;
  for (let second = Math.floor(at) - 1; second >= 0; second -= 1) {
    const bar = bars.has(second) ? 1 : 0;
    if (left < CELL_COLUMNS + bar) {
      break;
    }
    const text = cell(timeline, second, at);
    cells.unshift(`${bar ? '│' : ''}${text === NOTHING ? dim(text) : text}`);
    left -= CELL_COLUMNS + bar;
  }
  return `${cells.join('')}${' '.repeat(left)}`;
}

/** The newest open incident, else a verdict that is not an incident yet, else `ok`. */
function stateOf(timeline: Timeline, at: number): { text: string; severity: 'ok' | 'warning' | 'critical' } {
  if (timeline.crash) {
    return { text: 'ended by itself', severity: 'critical' };
  }
  const open = openIncidents(timeline, at);
  const newest = open.at(-1);
  if (newest) {
    const more = open.length > 1 ? ` +${open.length - 1}` : '';
    return { text: `${newest.kind}${more}`, severity: newest.severity === 'critical' ? 'critical' : 'warning' };
  }
  const [seen] = timeline.checks.at(-1)?.verdicts ?? [];
  return seen === undefined ? { text: 'ok', severity: 'ok' } : { text: `${seen}?`, severity: 'warning' };
}
