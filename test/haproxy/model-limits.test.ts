import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../lib/haproxy/duration';
import { InputError } from '../../lib/haproxy/errors';
import { checkModel } from '../../lib/haproxy/model/check';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { formatSize, parseSize } from '../../lib/haproxy/size';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const UPSTREAM = { dnsName: 'my-elb.example.com', port: 80 };
const DAY = 86_400_000;

const upstream = (name: string) => (value: number) => ({ upstream: { ...UPSTREAM, [name]: value } });
const healthCheck = (name: string) => (value: number) => ({
  upstream: { ...UPSTREAM, healthCheck: { [name]: value } },
});
const limits = (name: string) => (value: number) => ({ limits: { [name]: value } });
/** `holdObsolete` depends on `holdValid`, and has its own test. */
const resolution = (name: string) => (value: number) => ({ resolution: { [name]: value } });

/** The name of an option in errors, the least, the most, and a model with it. */
const COUNTS: [string, number, number, (value: number) => Partial<HaproxyConfigModel>][] = [
  ['slots', 1, 100, upstream('slots')],
  ['healthCheck.fall', 1, 100, healthCheck('fall')],
  ['healthCheck.rise', 1, 100, healthCheck('rise')],
  ['maxConnections', 1, 1_000_000, limits('maxConnections')],
];

/** The same for times, with their bounds as the error shows them. */
const TIMES: [string, string, string, (value: number) => Partial<HaproxyConfigModel>][] = [
  ['slowStart', '0ms', '1h', upstream('slowStartMillis')],
  ['idleTimeout', '1s', '4000s', upstream('idleTimeoutMillis')],
  ['healthCheck.interval', '100ms', '1h', healthCheck('intervalMillis')],
  ['connectTimeout', '100ms', '1d', limits('connectTimeoutMillis')],
  ['clientTimeout', '100ms', '1d', limits('clientTimeoutMillis')],
  ['serverTimeout', '100ms', '1d', limits('serverTimeoutMillis')],
  ['requestTimeout', '100ms', '1d', limits('requestTimeoutMillis')],
  ['keepAliveTimeout', '100ms', '1d', limits('keepAliveTimeoutMillis')],
  ['holdValid', '100ms', '1d', resolution('holdValidMillis')],
  ['holdOutage', '0ms', '1d', resolution('holdOutageMillis')],
  ['holdNx', '0ms', '1d', resolution('holdNxMillis')],
  ['stopTimeout', '6s', '1h', (stopTimeoutMillis) => ({ stopTimeoutMillis })],
  [
    'drainTime',
    '0ms',
    '30m',
    (drainTimeMillis) => ({ drainTimeMillis, stopTimeoutMillis: 3_600_000, health: { port: 8404 } }),
  ],
];

/** The same for sizes. */
const SIZES: typeof TIMES = [
  ['maxBodySize', '0B', '2147483647B', limits('maxBodyBytes')],
  ['maxHeaderSize', '4KiB', '256KiB', limits('maxHeaderBytes')],
  ['payloadSize', '512B', '8KiB', resolution('payloadBytes')],
  ['rateLimits[0].transferSize', '1B', '2147483647B', (transferBytes) => ({ rateLimits: [{ transferBytes }] })],
];

const check = (change: Partial<HaproxyConfigModel>) =>
  checkModel(HaproxyVersion.V3_2, { upstream: UPSTREAM, ...change });

/** Values just out of bounds, and what is no whole number. */
const badValues = (min: number, max: number) => [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY];

test.each(COUNTS)('%s: %d to %d', (what, min, max, modelWith) => {
  for (const good of [min, max]) {
    expect(check(modelWith(good))).toMatchObject(modelWith(good));
  }
  for (const bad of badValues(min, max)) {
    expect(() => check(modelWith(bad))).toThrow(
      new InputError(`${what} '${bad}' is out of range: give a whole number from ${min} to ${max}`),
    );
  }
});

test.each(TIMES)('%s: %s to %s', (what, least, most, modelWith) => {
  const [min, max] = [least, most].map((time) => parseDuration(time, 'bound'));
  for (const good of [min!, max!]) {
    expect(check(modelWith(good))).toMatchObject(modelWith(good));
  }
  for (const bad of badValues(min!, max!)) {
    expect(() => check(modelWith(bad))).toThrow(
      new InputError(
        `${what} '${formatDuration(bad)}' is out of range: give ${least} to ${most}, in whole milliseconds`,
      ),
    );
  }
  expect(() => check(modelWith(min! - 1))).toThrow(`'${min! - 1}ms'`);
});

test.each(SIZES)('%s: %s to %s', (what, least, most, modelWith) => {
  const [min, max] = [least, most].map((size) => parseSize(size, 'bound'));
  for (const good of [min!, max!]) {
    expect(() => check(modelWith(good))).not.toThrow();
  }
  for (const bad of badValues(min!, max!)) {
    expect(() => check(modelWith(bad))).toThrow(
      new InputError(`${what} '${formatSize(bad)}' is out of range: give ${least} to ${most}, in whole bytes`),
    );
  }
});

describe('holdObsolete', () => {
  const hold = (holdObsoleteMillis: number, holdValidMillis?: number) =>
    check({ resolution: { holdObsoleteMillis, holdValidMillis } }).resolution.holdObsoleteMillis;
  const tooShort = (obsolete: number, valid: number, backend: string, slots: number) =>
    new InputError(
      `holdObsolete '${formatDuration(obsolete)}' is not longer than holdValid '${formatDuration(valid)}', and backend '${backend}' has ${slots} slots: give more than holdValid, or at most 8 slots to load balancers of at most 8 nodes, because an answer shows at most 8 addresses and HAProxy would drop the others`,
    );

  test('is longer than holdValid', () => {
    expect(hold(10_001)).toBe(10_001);
    expect(hold(101, 100)).toBe(101);
    for (const [obsolete, valid] of [
      [10_000, 10_000],
      [0, 100],
    ] as const) {
      expect(() => hold(obsolete, valid)).toThrow(tooShort(obsolete, valid, 'upstream', 16));
    }
  });

  test('may be shorter where no upstream has more slots than an answer shows addresses', () => {
    const slots = fc.integer({ min: 1, max: 20 });
    const PER_REQUEST = HaproxyResolutionMode.PER_REQUEST;
    const more = fc.record({
      ofUpstream: slots,
      ofRoute: slots,
      ofShare: slots,
      ofPerRequest: slots,
      valid: fc.integer({ min: 100, max: DAY }),
      obsolete: fc.integer({ min: 0, max: 2 * DAY }),
    });
    fc.assert(
      fc.property(more, ({ ofUpstream, ofRoute, ofShare, ofPerRequest, valid, obsolete }) => {
        const to = (count: number) => ({ ...UPSTREAM, slots: count });
        const validate = () =>
          check({
            upstream: to(ofUpstream),
            routes: [
              { name: 'a', host: 'a', upstream: to(ofRoute) },
              { name: 'b', host: 'b', upstream: { ...to(ofPerRequest), resolutionMode: PER_REQUEST } },
              { name: 'c', host: 'c', fixedResponse: { status: 503 } },
            ],
            shares: [
              { name: 'd', percent: 5, upstream: to(ofShare) },
              { name: 'e', percent: 5, upstream: { addresses: ['10.0.0.1'], port: 80 } },
            ],
            resolution: { holdValidMillis: valid, holdObsoleteMillis: obsolete },
          });
        const all = { upstream: ofUpstream, 'upstream-a': ofRoute, 'upstream-d': ofShare };
        const [large] = Object.entries(all).filter(([, count]) => count > 8);
        if (large !== undefined && obsolete <= valid) {
          expect(validate).toThrow(tooShort(obsolete, valid, ...large));
        } else {
          expect(validate().resolution.holdObsoleteMillis).toBe(obsolete);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each(['1.6', '1.7'])('%s has no such hold: any value is taken, and none is written', (branch) => {
    const model = { upstream: UPSTREAM, resolution: { holdObsoleteMillis: 0 } };
    expect(HaproxyConfig.render(HaproxyVersion.of(branch), model)).not.toContain('hold obsolete');
  });

  test('is two days at most', () => {
    expect(hold(2 * DAY)).toBe(2 * DAY);
    for (const bad of [-1, 2 * DAY + 1]) {
      expect(() => hold(bad)).toThrow(
        new InputError(`holdObsolete '${formatDuration(bad)}' is out of range: give 0ms to 2d, in whole milliseconds`),
      );
    }
  });
});
