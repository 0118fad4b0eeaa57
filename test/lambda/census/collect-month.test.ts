import { type CensusTarget, monitorKeyOf } from '../../../lambda/census/collect';
import { collectMonth, concludeMonth } from '../../../lambda/census/collect-month';
import { MONITOR_MONTH, MONTH, type MonitorCensus, type Month } from '../../../lambda/census/documents';
import { encode, hashOf } from '../../../lambda/census/gather';
import { monthOf } from '../../../lambda/census/month';
import { raw, read, slots } from '../observations';
import { Bucket } from './bucket';
import { censusesOf } from './monitors';

const MONTH_NAME = '2026-11';
const target = (i: number): CensusTarget => {
  const account = String(111111111111 + (i % 5));
  return { account, region: 'eu-west-1', name: `monitor-${i}` };
};

const stale = raw({ tasks: [read('task-1', { slots: slots('10.0.0.1', '10.0.0.9') })] });
const DRIFTED = censusesOf([raw(), stale, stale, stale, stale, raw(), raw()]);
const HEALTHY = censusesOf([raw(), raw(), raw(), raw(), raw(), raw(), raw()]);

const idOf = ({ startedAt }: MonitorCensus) => startedAt.replace(/:|\.000/g, '');

/** Stores what the censuses of a monitor left, and gives them back. */
function stored(bucket: Bucket, one: CensusTarget, censuses: readonly MonitorCensus[]): MonitorCensus[] {
  return censuses.map((census) => {
    const document = { ...census, census: idOf(census), monitor: monitorKeyOf(one) };
    const key = `censuses/${MONTH_NAME}/${document.census}/monitors/${monitorKeyOf(one)}.json`;
    bucket.objects.set(key, encode(document).body);
    return document;
  });
}

const parsed = (bucket: Bucket, key: string) => JSON.parse(bucket.objects.get(key)!);
const monthKey = (one: CensusTarget) => `months/${MONTH_NAME}/monitors/${monitorKeyOf(one)}.json`;

test('the month of a monitor is made of its stored documents, and has their checksums', async () => {
  const bucket = new Bucket();
  const censuses = stored(bucket, target(1), DRIFTED);
  expect(await collectMonth(MONTH_NAME, target(1), bucket)).toEqual({
    monitor: monitorKeyOf(target(1)),
    censuses: 7,
    proxies: 1,
    incidents: 1,
  });
  const document = MONITOR_MONTH.parse(parsed(bucket, monthKey(target(1))));
  const { proxies } = monthOf(MONTH_NAME, monitorKeyOf(target(1)), censuses);
  expect(document.proxies).toEqual(proxies);
  for (const { census, sha256 } of document.censuses) {
    const key = `censuses/${MONTH_NAME}/${census}/monitors/${monitorKeyOf(target(1))}.json`;
    expect(sha256).toBe(hashOf(bucket.objects.get(key)!));
  }
  const sum = bucket.objects.get(`${monthKey(target(1))}.sha256`);
  const name = `${target(1).name}.json`;
  expect(sum).toBe(`${hashOf(bucket.objects.get(monthKey(target(1)))!)}  ${name}\n`);
  expect(bucket.objects.get(monthKey(target(1)).replace(/json$/, 'html'))).toContain('stale-address');
});

test('a document that is missing, or cannot be read, is a census in which the monitor did not answer', async () => {
  const bucket = new Bucket();
  stored(bucket, target(2), DRIFTED);
  const [first, second, third, fourth] = stored(bucket, target(1), DRIFTED);
  const keyOf = ({ census }: MonitorCensus) =>
    `censuses/${MONTH_NAME}/${census}/monitors/${monitorKeyOf(target(1))}.json`;
  // Before its first document a monitor did not exist.
  bucket.objects.delete(keyOf(first!));
  bucket.objects.delete(keyOf(third!));
  bucket.objects.set(keyOf(fourth!), '{"version":"2"}');
  await collectMonth(MONTH_NAME, target(1), bucket);
  const { censuses } = MONITOR_MONTH.parse(parsed(bucket, monthKey(target(1))));
  expect(censuses.slice(0, 3).map(({ census, at, failed }) => [census, at, failed])).toEqual([
    [second!.census, second!.startedAt, undefined],
    [third!.census, third!.startedAt, 'the census has no document of it'],
    [fourth!.census, fourth!.startedAt, 'its document is not one of this version'],
  ]);
  expect(censuses).toHaveLength(6);
});

test('a monitor of which no census has a document fails', async () => {
  const bucket = new Bucket();
  stored(bucket, target(2), HEALTHY);
  await expect(collectMonth(MONTH_NAME, target(1), bucket)).rejects.toThrow(
    'no census of 2026-11 has a document of 111111111112/eu-west-1/monitor-1',
  );
});

test('a census whose name is not a time is refused', async () => {
  const bucket = new Bucket();
  bucket.objects.set(`censuses/${MONTH_NAME}/first/monitors/${monitorKeyOf(target(1))}.json`, '{}');
  await expect(collectMonth(MONTH_NAME, target(1), bucket)).rejects.toThrow(
    'census first does not begin with its start: such as 2026-11-22T120000Z',
  );
});

test('the month of all monitors has each of them once, its counts, and the checksum of its document', async () => {
  const bucket = new Bucket();
  const targets = Array.from({ length: 20 }, (_, i) => target(i));
  for (const [i, one] of targets.entries()) {
    stored(bucket, one, i % 5 === 0 ? DRIFTED : HEALTHY);
    if (i !== 19) {
      await collectMonth(MONTH_NAME, one, bucket);
    }
  }
  const totals = { monitors: 20, monitorsSeen: 19, proxies: 19, proxiesWithIncidents: 4, blindProxies: 0 };
  expect(await concludeMonth(MONTH_NAME, targets, bucket)).toEqual({ ...totals, incidents: 4, openIncidents: 0 });
  const month: Month = MONTH.parse(parsed(bucket, `months/${MONTH_NAME}/month.json`));
  expect(month.monitors.map(({ monitor }) => monitor).sort()).toEqual(targets.map(monitorKeyOf).sort());
  for (const { document } of month.monitors) {
    expect(document === undefined || hashOf(bucket.objects.get(document.key)!) === document.sha256).toBe(true);
  }
  expect(month.monitors.flatMap(({ failed }) => failed ?? [])).toEqual([
    'no month of it was made: no census of this month has it, or the function that makes it was stopped',
  ]);
  expect(month.monitors.flatMap(({ withIncidents }) => withIncidents)[0]).toEqual({
    proxy: 'orders-1',
    kinds: ['stale-address'],
    incidents: 1,
    open: 0,
    first: '2026-11-22T12:01:00.000Z',
  });
  expect(bucket.objects.get(`months/${MONTH_NAME}/month.html`)).toContain('stale-address');
});
