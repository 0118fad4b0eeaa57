import { cell, frame } from '../../bin/commands/demo/frame';
import { meaning, table } from '../../bin/commands/demo/table';
import type { DemoResult } from '../../lab/figures';
import { CHICK, EGG } from '../../lab/scenario';
import { EVENTS, GENERATED, PINNED, RESULT } from '../lab/results';
import { anyBinary } from '../support/binaries';
import { HAS_TERMINALS, TerminalRun, widthOf } from '../support/terminal';

const SNAPSHOT = { at: 10.2, timelines: [PINNED, GENERATED], events: EVENTS, next: { soon: 'the end', seconds: 2.4 } };
const OPTIONS = { scenario: RESULT.scenario, notes: ['  8 s  repaired'], columns: 100, colour: false };

describe('a frame', () => {
  test('has a row for each HAProxy with its seconds, its queries, its addresses and the verdict of the checker', () => {
    expect(frame(SNAPSHOT, OPTIONS)).toEqual([
      ' 10 s  the load balancer moves to another address',
      '🥚 old address  🐣 new address  ❌ lost request  │ what happened',
      '',
      `2.6.12 pinned    🥚······│··🥚❌··│··🐣${' '.repeat(16)}   2 queries 127.0.0.2    ok`,
      `2.6.12 generated 🥚······│🥚🥚🐣··│··🐣${' '.repeat(16)}   5 queries 127.0.0.2    ok`,
      '',
      '  8 s  repaired',
      '▸ the end, in 3 s at most',
    ]);
  });

  test.each([40, 60, 80, 120, 200])(
    'no row is wider than a terminal of %d columns, and all strips end alike',
    (columns) => {
      const rows = frame(SNAPSHOT, { ...OPTIONS, columns }).slice(3, 5);
      expect(rows.map(widthOf).filter((width) => width > columns)).toEqual([]);
      expect(new Set(rows.map((row) => widthOf(row.slice(0, row.lastIndexOf('🐣'))))).size).toBe(1);
    },
  );

  test('without room the columns after the strip are left out first, then the oldest seconds', () => {
    const [row] = frame(SNAPSHOT, { ...OPTIONS, columns: 42 }).slice(3, 4);
    expect(row).toBe('2.6.12 pinned    🥚······│··🥚❌··│··🐣   ');
    expect(frame(SNAPSHOT, { ...OPTIONS, columns: 30 })[3]).toBe('2.6.12 pinned    🥚❌··│··🐣  ');
  });

  test.each([
    [{ ...PINNED, incidents: [{ ...PINNED.incidents[0]!, resolvedAt: undefined }] }, 'stale-address'],
    [{ ...PINNED, checks: [{ ...PINNED.checks[1]! }] }, 'stale-address?'],
    [{ ...PINNED, crash: { at: 3, why: 'x' } }, 'ended by itself'],
  ])('the state is the open incident, else what is seen, and a crash before all', (timeline, state) => {
    expect(frame({ ...SNAPSHOT, timelines: [timeline] }, OPTIONS)[3]!.endsWith(` ${state}`)).toBe(true);
  });

  test('shows what is being fetched, and that it is starting', () => {
    const early = { at: 0, timelines: [], events: [] };
    expect(frame(early, { ...OPTIONS, fetching: 'fetching X' }).at(-1)).toBe('▸ fetching X');
    expect(frame(early, OPTIONS).at(-1)).toBe('▸ starting');
  });
});

test('a second with any lost request is lost, one without request is empty, and one under way is waited for', () => {
  const timeline = {
    ...PINNED,
    requests: [{ at: 1, answer: EGG }, { at: 1.5 }, { at: 2.2, answer: CHICK }, { at: 4.9 }],
  };
  expect([1, 2, 3, 4].map((second) => cell(timeline, second, 5))).toEqual(['❌', '🐣', '··', '··']);
  expect(cell(timeline, 4, 5.5)).toBe('❌');
});

test('the table has a row for each HAProxy and the figures of the scenario', () => {
  expect(table(RESULT)).toBe(
    `HAProxy  configuration  first new answer  only new answers  lost requests  DNS queries  seen silent  seen stale  still open
2.6.12   pinned                    never             never              1            0        never       2.0 s           0
2.6.12   generated                 1.0 s             2.0 s              0            5        never       never           0`,
  );
});

test('the meaning is the text of the scenario, or the list of what is not as expected', () => {
  expect(meaning({ ...RESULT, scenario: { ...RESULT.scenario, expectations: [] } })).toBe(RESULT.scenario.meaning);
  const lost: DemoResult = {
    ...RESULT,
    scenario: { ...RESULT.scenario, expectations: [{ of: 'pinned', figure: 'lost', max: 0 }] },
  };
  const found = 'Not as expected:\nHAProxy 2.6.12 (pinned): lost requests 1, expected at most 0';
  expect(meaning(lost)).toBe(found);
  expect(meaning({ ...lost, lateness: 2.345 })).toBe(
    `${found}\nThis machine was too busy to judge: a request without HAProxy took up to 2.3 s. Run it again when less runs beside it.`,
  );
});

if (!HAS_TERMINALS) {
  test.todo("the picture on a real terminal: 'script' of util-linux is not on this machine");
} else {
  describe('on a real terminal', () => {
    const COLUMNS = 72;
    const { branch, version } = anyBinary();
    let run: TerminalRun;

    afterEach(() => run.child.kill('SIGKILL'));

    test('the picture is redrawn in its place, and Ctrl-C leaves it, one line and the cursor', async () => {
      run = new TerminalRun(`node_modules/.bin/tsx bin/cli.ts demo --branches ${branch}`, COLUMNS);
      await run.shows(new RegExp(`^${version} generated [·🥚]*🥚 `, 'u'));
      await run.shows(/^▸ the load balancer moves, in \d+ s at most$/);
      expect(await run.interrupt()).toBe(130);

      const screen = await run.screen();
      const rowsWith = (text: string) => screen.filter((row) => row.includes(text));
      // It was drawn many times, and is there once.
      expect(rowsWith('old address')).toHaveLength(1);
      expect(rowsWith(`${version} pinned`)).toHaveLength(1);
      expect(screen.filter((row) => widthOf(row) > COLUMNS)).toEqual([]);
      expect(rowsWith('ended by SIGINT: all processes are stopped')).toHaveLength(1);
      // The cursor is hidden while it draws, and shown again in the end.
      expect(run.output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(run.output.lastIndexOf('\x1b[?25l'));
    }, 60_000);

    test('NO_COLOR takes the colours away, and leaves the picture', async () => {
      run = new TerminalRun(`env NO_COLOR=1 node_modules/.bin/tsx bin/cli.ts demo --branches ${branch}`, COLUMNS);
      await run.shows(/^▸ the load balancer moves, in \d+ s at most$/);
      expect(await run.interrupt()).toBe(130);

      expect((await run.screen()).filter((row) => row.includes('old address'))).toHaveLength(1);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that sets a colour
      expect(run.output).not.toMatch(/\x1b\[[\d;]*m/);
    }, 60_000);
  });
}
