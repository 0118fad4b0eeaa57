import type { MonitorSummary } from '../../../lambda/census/documents';
import { bounded, summarize } from '../../../lambda/census/summarize';

const AT = '2026-11-22T12:00:00.000Z';
const FRAME = { census: '2026-11-22T120000Z', startedAt: AT, endedAt: AT };

/** A monitor whose proxies are all wrong and not seen. */
function summary(monitor: string, proxies: number): MonitorSummary {
  const names = Array.from({ length: proxies }, (_, i) => `proxy-${i}`);
  return {
    monitor,
    proxies,
    compliant: 0,
    nonCompliant: proxies,
    unknown: 0,
    partialTruth: 0,
    nonCompliantProxies: names.map((proxy) => ({ proxy, since: AT, kinds: ['stale-address'] })),
    notSeen: names.map((proxy) => ({ proxy, why: 'no answer' })),
  };
}

test.each([
  [200, 100, 100],
  [1000, 100, 20],
  [10_000, 100, 2],
  [100_000, 100, 2],
  [10_000, 1, 1],
])('of %d monitors with %d proxies each, %d are named of each; the counts stay', (monitors, proxies, named) => {
  const one = summary('a', proxies);
  const { nonCompliantProxies, notSeen, leftOut, ...counts } = bounded(one, monitors);
  expect([nonCompliantProxies.length, notSeen.length]).toEqual([named, named]);
  expect(counts).toEqual({
    ...{ monitor: 'a', proxies, compliant: 0, nonCompliant: proxies, unknown: 0, partialTruth: 0 },
  });
  // What has no room is said.
  expect(leftOut).toEqual(
    named === proxies
      ? undefined
      : [
          `names beyond ${named}: proxies that are not compliant, proxies that were not seen as a whole: the document of the monitor has all`,
        ],
  );
});

test('ten thousand monitors: each is in the census, and its document stays below 16 MB', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `${100000000000 + i}/eu-west-1/edge`);
  const document = summarize(
    FRAME,
    names,
    names.map((name) => bounded(summary(name, 100), names.length)),
  );
  expect(document.totals).toMatchObject({ monitors: 10_000, monitorsSeen: 10_000, nonCompliant: 1_000_000 });
  expect(document.monitors.map(({ monitor }) => monitor)).toEqual(names);
  expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(16 * 1024 * 1024);
});
