import { InputError } from '../../lib/haproxy/errors';
import { checkModel } from '../../lib/haproxy/model/check';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const UPSTREAM = { dnsName: 'my-elb.example.com', port: 80 };
const DAY = 86_400_000;

const upstream = (name: string) => (value: number) => ({ upstream: { ...UPSTREAM, [name]: value } });
const healthCheck = (name: string) => (value: number) => ({
  upstream: { ...UPSTREAM, healthCheck: { [name]: value } },
});
const limits = (name: string) => (value: number) => ({ limits: { [name]: value } });
/** `hold obsolete` may not be the shorter one, and has its own test. */
const resolution = (name: string) => (value: number) => ({ resolution: { [name]: value } });

/** What the error calls a number, the least, the most, and a model with it. */
const RANGES: [string, number, number, (value: number) => Partial<HaproxyConfigModel>][] = [
  ['slots', 1, 100, upstream('slots')],
  ['slowStartMillis', 0, 3_600_000, upstream('slowStartMillis')],
  ['idleTimeoutMillis', 1000, 4_000_000, upstream('idleTimeoutMillis')],
  ['healthCheck.intervalMillis', 100, 3_600_000, healthCheck('intervalMillis')],
  ['healthCheck.fall', 1, 100, healthCheck('fall')],
  ['healthCheck.rise', 1, 100, healthCheck('rise')],
  ['maxConnections', 1, 1_000_000, limits('maxConnections')],
  ['connect timeout (ms)', 100, DAY, limits('connectTimeoutMillis')],
  ['client timeout (ms)', 100, DAY, limits('clientTimeoutMillis')],
  ['server timeout (ms)', 100, DAY, limits('serverTimeoutMillis')],
  ['request timeout (ms)', 100, DAY, limits('requestTimeoutMillis')],
  ['keep-alive timeout (ms)', 100, DAY, limits('keepAliveTimeoutMillis')],
  ['maxBodyBytes', 0, 2_147_483_647, limits('maxBodyBytes')],
  ['maxHeaderBytes', 4096, 262_144, limits('maxHeaderBytes')],
  ['hold valid (ms)', 100, DAY, resolution('holdValidMillis')],
  ['hold outage (ms)', 0, DAY, resolution('holdOutageMillis')],
  ['hold nx (ms)', 0, DAY, resolution('holdNxMillis')],
  ['payload size', 512, 8192, resolution('payloadSize')],
  ['stop timeout (ms)', 6000, 3_600_000, (stopTimeoutMillis) => ({ stopTimeoutMillis })],
];

const check = (change: Partial<HaproxyConfigModel>) =>
  checkModel(HaproxyVersion.V3_2, { upstream: UPSTREAM, ...change });

test.each(RANGES)('%s: %d to %d', (what, min, max, modelWith) => {
  for (const good of [min, max]) {
    expect(check(modelWith(good))).toMatchObject(modelWith(good));
  }
  for (const bad of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => check(modelWith(bad))).toThrow(
      new InputError(`${what} '${bad}' is out of range: give a whole number from ${min} to ${max}`),
    );
  }
});

describe('hold obsolete', () => {
  const hold = (holdObsoleteMillis: number, holdValidMillis?: number) =>
    check({ resolution: { holdObsoleteMillis, holdValidMillis } }).resolution.holdObsoleteMillis;

  test('is longer than hold valid', () => {
    expect(hold(10_001)).toBe(10_001);
    expect(hold(101, 100)).toBe(101);
    for (const [obsolete, valid] of [
      [10_000, 10_000],
      [0, 100],
    ] as const) {
      expect(() => hold(obsolete, valid)).toThrow(
        new InputError(
          `hold obsolete (ms) '${obsolete}' is not longer than hold valid '${valid}': give more, so that an address is not dropped for being absent from one answer`,
        ),
      );
    }
  });

  test('is two days at most', () => {
    expect(hold(2 * DAY)).toBe(2 * DAY);
    for (const bad of [-1, 2 * DAY + 1]) {
      expect(() => hold(bad)).toThrow(
        new InputError(`hold obsolete (ms) '${bad}' is out of range: give a whole number from 0 to 172800000`),
      );
    }
  });
});
