import { setTimeout as sleep } from 'node:timers/promises';
import { usableBinaries } from '../../testbed/binaries/usable';
import { NEW, OLD, StackTestbed } from './stack-testbed';

/** Four periods of resolution: a check asks 3.2 and later for their own view, and each question is a DNS query as well. */
const INTERVAL_MILLIS = 4000;

async function nextCheck(testbed: StackTestbed): Promise<void> {
  await sleep(INTERVAL_MILLIS);
  await testbed.check();
}

/** Checks until a condition holds, up to the time limit of the test. */
async function checkUntil(testbed: StackTestbed, condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await nextCheck(testbed);
  }
}

describe('a synthesized stack, its load balancer moves', () => {
  let testbed: StackTestbed;

  beforeAll(async () => {
    const { binaries } = await usableBinaries();
    expect(binaries).not.toHaveLength(0);
    testbed = await StackTestbed.create(binaries);
    await testbed.start();
  }, 120_000);

  afterAll(async () => {
    await testbed?.close();
  });

  const opened = (kind: string) =>
    testbed.events.filter(({ event, incident }) => event === 'incident-opened' && incident.kind === kind);
  const resolved = (kind: string) =>
    testbed.events.filter(({ event, incident }) => event === 'incident-closed' && incident.kind === kind);
  const answers = (kind: 'follower' | 'pinned') => Promise.all(testbed.pairs.map((pair) => pair[kind].task.answer()));
  const all = (found: readonly (string | undefined)[], wanted: string) => found.every((answer) => answer === wanted);

  test('before the move every proxy answers, and the pinned ones have a silent resolver', async () => {
    expect(await answers('follower')).toEqual(testbed.pairs.map(() => OLD));
    expect(await answers('pinned')).toEqual(testbed.pairs.map(() => OLD));
    await checkUntil(testbed, () => opened('silent-resolver').length === testbed.pairs.length);
    expect(
      opened('silent-resolver')
        .map(({ incident }) => incident.tasks[0])
        .sort(),
    ).toEqual(testbed.pairs.map(({ pinned }) => `${pinned.proxy}-0`).sort());
    expect(opened('stale-address')).toEqual([]);
  }, 120_000);

  test('after the move the generated configurations reach the new address, and the pinned ones do not', async () => {
    testbed.move();
    await checkUntil(testbed, async () => all(await answers('follower'), NEW));
    expect(await answers('pinned')).toEqual(testbed.pairs.map(() => OLD));
  }, 60_000);

  test('each pinned proxy has one stale-address incident, with address, task and age; it survives a cold start', async () => {
    await checkUntil(testbed, () => opened('stale-address').length === testbed.pairs.length);
    await testbed.coldStart();
    await nextCheck(testbed);
    await nextCheck(testbed);
    expect(opened('stale-address')).toHaveLength(testbed.pairs.length);
    for (const { pinned } of testbed.pairs) {
      const [line] = opened('stale-address').filter(({ incident }) => incident.proxy === pinned.proxy);
      expect(line).toMatchObject({
        level: 'ERROR',
        incident: {
          incidentId: expect.stringMatching(/^[0-9a-f]{16}$/),
          severity: 'critical',
          tasks: [`${pinned.proxy}-0`],
          address: '127.0.0.1',
          live: ['127.0.0.2'],
          ageSeconds: expect.any(Number),
          remediation: expect.stringContaining(`--service ${pinned.proxy} --force-new-deployment`),
        },
      });
      expect(line!.incident.ageSeconds).toBeGreaterThanOrEqual(2);
    }
    expect(resolved('stale-address')).toEqual([]);
  }, 180_000);

  test('with the configuration of its template a pinned proxy has no incident any more', async () => {
    await Promise.all(testbed.pairs.map(({ pinned }) => pinned.task.start()));
    // Counters of three periods show that a new process resolves.
    await checkUntil(testbed, () =>
      ['stale-address', 'silent-resolver'].every((kind) => resolved(kind).length === opened(kind).length),
    );
    expect(await answers('pinned')).toEqual(testbed.pairs.map(() => NEW));
    const ids = (lines: typeof testbed.events) => lines.map(({ incident }) => incident.incidentId).sort();
    expect(ids(resolved('stale-address'))).toEqual(ids(opened('stale-address')));
    expect(ids(resolved('silent-resolver'))).toEqual(ids(opened('silent-resolver')));
  }, 120_000);

  test('a generated configuration has no incident', () => {
    const pinned = new Set(testbed.pairs.map((pair) => pair.pinned.proxy));
    expect(testbed.events.filter(({ incident }) => !pinned.has(incident.proxy))).toEqual([]);
  });
});
