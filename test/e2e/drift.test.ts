import { setTimeout as sleep } from 'node:timers/promises';
import { CHICK, EGG } from '../../lab/world';
import { usableBinaries } from '../../testbed/binaries/usable';
import { Stage } from './stage';

/** Checks once a second until something is so. What never becomes so ends the test by its time limit. */
async function checkUntil(stage: Stage, condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await sleep(1000);
    await stage.check();
  }
}

describe('a synthesized stack, its load balancer moves', () => {
  let stage: Stage;

  beforeAll(async () => {
    const { binaries } = await usableBinaries();
    expect(binaries).not.toHaveLength(0);
    stage = await Stage.set(binaries);
    await stage.start();
  }, 120_000);

  afterAll(async () => {
    await stage?.close();
  });

  const opened = (kind: string) =>
    stage.events.filter(({ event, incident }) => event === 'incident-opened' && incident.kind === kind);
  const resolved = (kind: string) =>
    stage.events.filter(({ event, incident }) => event === 'incident-resolved' && incident.kind === kind);
  const answers = (kind: 'follower' | 'pinned') => Promise.all(stage.pairs.map((pair) => pair[kind].task.answer()));
  const all = (found: readonly (string | undefined)[], wanted: string) => found.every((answer) => answer === wanted);

  test('before the move every proxy answers, and a resolver that is silent is told before it hurts', async () => {
    expect(await answers('follower')).toEqual(stage.pairs.map(() => EGG));
    expect(await answers('pinned')).toEqual(stage.pairs.map(() => EGG));
    await checkUntil(stage, () => opened('silent-resolver').length === stage.pairs.length);
    expect(
      opened('silent-resolver')
        .map(({ incident }) => incident.task)
        .sort(),
    ).toEqual(stage.pairs.map(({ pinned }) => pinned.proxy).sort());
    expect(opened('stale-address')).toEqual([]);
  }, 60_000);

  test('after the move the generated configurations reach the new address, the pinned ones never do', async () => {
    stage.move();
    await checkUntil(stage, async () => all(await answers('follower'), CHICK));
    expect(await answers('pinned')).toEqual(stage.pairs.map(() => EGG));
  }, 60_000);

  test('each pinned proxy has one stale-address incident, with address, task and age; it survives a cold start', async () => {
    await checkUntil(stage, () => opened('stale-address').length === stage.pairs.length);
    await stage.coldStart();
    await stage.check();
    await stage.check();
    expect(opened('stale-address')).toHaveLength(stage.pairs.length);
    for (const { pinned } of stage.pairs) {
      const [line] = opened('stale-address').filter(({ incident }) => incident.proxy === pinned.proxy);
      expect(line).toMatchObject({
        level: 'ERROR',
        incident: {
          id: expect.stringMatching(/^[0-9a-f]{16}$/),
          severity: 'critical',
          task: pinned.proxy,
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

  test('once a pinned proxy runs the configuration of its template, its incidents are resolved', async () => {
    await Promise.all(stage.pairs.map(({ pinned }) => pinned.task.start()));
    await checkUntil(stage, () => resolved('stale-address').length === stage.pairs.length);
    expect(await answers('pinned')).toEqual(stage.pairs.map(() => CHICK));
    const ids = (lines: typeof stage.events) => lines.map(({ incident }) => incident.id).sort();
    expect(ids(resolved('stale-address'))).toEqual(ids(opened('stale-address')));
    expect(ids(resolved('silent-resolver'))).toEqual(ids(opened('silent-resolver')));
  }, 60_000);

  test('no incident was ever raised for a generated configuration', () => {
    const pinned = new Set(stage.pairs.map((pair) => pair.pinned.proxy));
    expect(stage.events.filter(({ incident }) => !pinned.has(incident.proxy))).toEqual([]);
  });
});
