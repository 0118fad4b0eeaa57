import { execFileSync } from 'node:child_process';
import { type CensusTarget, collect, conclude, monitorKeyOf, type Store } from '../../../lambda/census/collect';
import type { Census } from '../../../lambda/census/documents';
import { hashOf } from '../../../lambda/census/gather';
import type { CensusPage } from '../../../lib/contract/census';
import { raw, read, slots } from '../observations';
import { Bucket } from './bucket';
import { censusesOf } from './monitors';

const CENSUS = '2026-11-22T120000Z';
const FRAME = { census: CENSUS, startedAt: '2026-11-22T12:00:00.000Z' };

const target = (i: number): CensusTarget => ({
  account: String(111111111111 + (i % 5)),
  region: 'eu-west-1',
  name: `monitor-${i}`,
});

const stale = raw({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.9') })] });
const HEALTHY = censusesOf([raw()])[0]!;
const STALE = censusesOf([stale, stale, stale, stale])[3]!;
const page = ({ proxies, startedAt, endedAt }: typeof HEALTHY): CensusPage => {
  return { version: '1', monitor: 'fleet', startedAt, endedAt, total: proxies.length, proxies, degraded: [] };
};

test('of 200 monitors, 3 of which fail and 1 has no result, each is named and counted once', async () => {
  const bucket = new Bucket();
  const targets = Array.from({ length: 200 }, (_, i) => target(i));
  const failed: string[] = [];
  for (const [i, one] of targets.entries()) {
    if (i === 199) {
      continue;
    }
    const ask = async () => {
      if (i % 70 === 0) {
        throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
      }
      return page(i % 50 === 1 ? STALE : HEALTHY);
    };
    await collect(CENSUS, one, ask, bucket).catch((error: Error) => failed.push(`${error.name}: ${error.message}`));
  }
  expect(failed).toEqual(Array(3).fill('MonitorNotSeen: AccessDenied: not authorized'));
  const totals = { monitors: 200, monitorsSeen: 196, proxies: 196, compliant: 192, nonCompliant: 4 };
  expect(await conclude(FRAME, targets, bucket)).toMatchObject({ ...totals, unknown: 0 });
  const folder = `censuses/2026-11/${CENSUS}/`;
  const census: Census = JSON.parse(bucket.objects.get(`${folder}census.json`)!);
  expect(census.monitors.map(({ monitor }) => monitor).sort()).toEqual(targets.map(monitorKeyOf).sort());
  const unseen = census.monitors.filter((one) => one.failed !== undefined).map(({ monitor }) => monitor);
  expect(unseen.sort()).toEqual([0, 70, 140, 199].map((i) => monitorKeyOf(target(i))).sort());
  // The checksum of a census covers the checksums of all documents below it.
  for (const { document } of census.monitors) {
    expect(document === undefined || hashOf(bucket.objects.get(document.key)!) === document.sha256).toBe(true);
  }
});

test('each document has a checksum beside it that sha256sum accepts, and a page', async () => {
  const bucket = new Bucket();
  await collect(CENSUS, target(1), async () => page(STALE), bucket);
  await conclude(FRAME, [target(1)], bucket);
  const keys = [...bucket.objects.keys()].sort();
  const folder = `censuses/2026-11/${CENSUS}/`;
  const monitor = monitorKeyOf(target(1));
  expect(keys).toEqual([
    `${folder}census.html`,
    `${folder}census.json`,
    `${folder}census.json.sha256`,
    `${folder}monitors/${monitor}.html`,
    `${folder}monitors/${monitor}.json`,
    `${folder}monitors/${monitor}.json.sha256`,
    `working/${CENSUS}/summaries/${monitor}.json`,
  ]);
  const input = bucket.objects.get(`${folder}census.json`)!;
  const [sum] = execFileSync('sha256sum', { input, encoding: 'utf8' }).split(' ');
  expect(bucket.objects.get(`${folder}census.json.sha256`)).toBe(`${sum}  census.json\n`);
});

test('a monitor that is asked again replaces what it left, and counts once', async () => {
  const bucket = new Bucket();
  const failing = collect(CENSUS, target(1), () => Promise.reject(new Error('throttled')), bucket);
  await expect(failing).rejects.toThrow('throttled');
  await collect(CENSUS, target(1), async () => page(HEALTHY), bucket);
  expect(await conclude(FRAME, [target(1)], bucket)).toMatchObject({ monitors: 1, monitorsSeen: 1, compliant: 1 });
});

test('a store that does not take a document fails the monitor', async () => {
  const bucket = new Bucket();
  const refusing: Store = { ...bucket, put: () => Promise.reject(new Error('AccessDenied')) };
  await expect(collect(CENSUS, target(1), async () => page(HEALTHY), refusing)).rejects.toThrow('AccessDenied');
});
