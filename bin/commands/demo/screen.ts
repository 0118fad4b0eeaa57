import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import { isColorSupported } from 'picocolors';
import type { DemoOutput, Snapshot } from '../../../lab/demo';
import type { Scenario } from '../../../lab/scenario';
import { canRedraw } from '../terminal';
import { cell, frame, seconds } from './frame';

/** The output of a demo. */
export interface Screen extends DemoOutput {
  /** Shows what is being fetched; undefined when everything is available. */
  readonly fetching: (text: string | undefined) => void;
  /** Prints one line without a time. */
  readonly say: (text: string) => void;
  /** Leaves the picture on the screen, so that later lines are below it. */
  readonly close: () => void;
}

/** A picture that is redrawn in place on a terminal; lines for a pipe, a file and CI. */
export function openScreen(scenario: Scenario): Screen {
  return canRedraw() ? picture(scenario) : lines();
}

function picture(scenario: Scenario): Screen {
  const draw = createLogUpdate(process.stdout);
  const notes: string[] = [];
  let snapshot: Snapshot = { at: 0, timelines: [], events: [] };
  let fetching: string | undefined;
  const show = () => {
    const { columns } = process.stdout;
    const picture = frame(snapshot, { scenario, notes, fetching, columns, colour: isColorSupported });
    draw(picture.map((line) => cliTruncate(line, columns)).join('\n'));
  };
  const say = (text: string) => {
    notes.push(text);
    show();
  };
  process.stdout.on('resize', show);
  return {
    say,
    note: (at, text) => say(`${seconds(at)}  ${text}`),
    tick: (now) => {
      snapshot = now;
      show();
    },
    fetching: (text) => {
      fetching = text;
      show();
    },
    close: () => {
      process.stdout.off('resize', show);
      draw.done();
    },
  };
}

/** One line a second: for each release the answers of the pinned and of the generated configuration. */
function lines(): Screen {
  return {
    note: (at, text) => console.log(`${seconds(at)}  → ${text}`),
    tick: ({ at, timelines }) => {
      const versions = [...new Set(timelines.map(({ version }) => version))];
      const second = Math.floor(at) - 1;
      const pairs = versions.map((version) => {
        const cells = timelines
          .filter((timeline) => timeline.version === version)
          .map((timeline) => cell(timeline, second, at));
        return `${version} ${cells.join('')}`;
      });
      if (pairs.length > 0) {
        console.log(`${seconds(at)}  ${pairs.join('  ')}`);
      }
    },
    fetching: (text) => text !== undefined && console.log(text),
    say: (text) => console.log(text),
    close: () => {},
  };
}
