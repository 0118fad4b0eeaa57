import { readdirSync, readFileSync } from 'node:fs';
import { type DemoResult, type Lane, runDemo, type Spectator } from '../../lab/demo';
import { CHICK, EGG } from '../../lab/world';
import { anyBinary, availableBinaries } from '../support/binaries';

const BINARY = availableBinaries()[0] ?? anyBinary();

/** HAProxy processes that this process has started and that have not ended. */
function haproxyChildren(): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return parent === String(process.pid) && command.includes('haproxy') ? [`${pid} ${command}`] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

const NOBODY: Spectator = { note: () => {}, tick: () => {} };

test(`a whole run with HAProxy ${BINARY.version}`, async () => {
  const notes: string[] = [];
  const ticks: number[] = [];
  let running = 0;
  const spectator: Spectator = {
    note: (_at, text) => notes.push(text),
    tick: (at) => {
      ticks.push(at);
      running = Math.max(running, haproxyChildren().length);
    },
  };
  const result: DemoResult = await runDemo([BINARY], spectator, new AbortController().signal);
  const { lanes, movedAt, mendedAt, endedAt } = result;
  const [pinned, generated] = lanes as [Lane, Lane];
  const answers = ({ samples }: Lane, from: number, to: number) => [
    ...new Set(samples.filter(({ at }) => at > from && at < to).map(({ answer }) => answer)),
  ];

  expect(lanes.map(({ kind, version }) => [kind, version])).toEqual([
    ['pinned', BINARY.version],
    ['generated', BINARY.version],
  ]);
  expect([0, movedAt, mendedAt, endedAt]).toEqual([0, movedAt, mendedAt, endedAt].sort((a, b) => a - b));
  // The processes were there, so that none being left means something.
  expect(running).toBe(2);
  expect(haproxyChildren()).toEqual([]);
  expect(ticks).toEqual([...ticks].sort((a, b) => a - b));

  // The pinned one stays on the old address until it is mended, and asks nobody.
  expect(answers(pinned, 0, mendedAt)).toEqual([EGG]);
  expect(pinned).not.toHaveProperty('firstNew');
  expect(pinned.queries).toBe(0);
  expect(pinned.lastOld).toBeGreaterThan(movedAt);
  expect(pinned.samples.at(-1)?.answer).toBe(CHICK);
  expect(pinned.incidents.map(({ kind, address }) => [kind, address])).toEqual([
    ['silent-resolver', undefined],
    ['stale-address', '127.0.0.1'],
  ]);
  for (const { openedAt, resolvedAt } of pinned.incidents) {
    expect(resolvedAt).toBeGreaterThan(Math.max(openedAt, mendedAt));
  }

  // The generated one follows, and nobody has anything to say about it.
  expect(answers(generated, 0, movedAt)).toEqual([EGG]);
  expect(generated.firstNew).toBeGreaterThan(movedAt);
  expect(generated.firstNew).toBeLessThan(mendedAt);
  expect(generated.samples.at(-1)?.answer).toBe(CHICK);
  expect(generated.queries).toBeGreaterThan(0);
  expect(generated.incidents).toEqual([]);

  const name = `HAProxy ${BINARY.version} (pinned)`;
  expect(notes).toEqual([
    `incident on ${name}: silent-resolver`,
    `the load balancer moves: its name now has the address of the ${CHICK}`,
    `incident on ${name}: stale-address 127.0.0.1`,
    'the pinned ones are mended: restarted with the generated configuration',
    expect.stringContaining(`incident over on ${name}: `),
    expect.stringContaining(`incident over on ${name}: `),
  ]);
}, 180_000);

describe('ended by a signal', () => {
  const reason = new Error('ended by SIGINT');

  test('after two seconds: it fails with the reason of the signal and leaves nothing', async () => {
    const stop = new AbortController();
    let running: string[] = [];
    const tick = (at: number) => {
      if (at >= 2) {
        running = stop.signal.aborted ? running : haproxyChildren();
        stop.abort(reason);
      }
    };
    await expect(runDemo([BINARY], { ...NOBODY, tick }, stop.signal)).rejects.toBe(reason);
    expect(running).toHaveLength(2);
    expect(haproxyChildren()).toEqual([]);
  }, 60_000);

  test('before it began', async () => {
    await expect(runDemo([BINARY], NOBODY, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(haproxyChildren()).toEqual([]);
  }, 60_000);
});

test('a HAProxy that does not start is named, with what it said, and nothing is left', async () => {
  const broken = { ...BINARY, command: ['/bin/sh', '-c', 'echo "no such library" >&2; exit 127', 'sh'] };
  await expect(runDemo([BINARY, broken], NOBODY, new AbortController().signal)).rejects.toThrow(
    new Error(`HAProxy ${BINARY.version} (pinned) does not start: no such library`),
  );
  expect(haproxyChildren()).toEqual([]);
}, 60_000);
