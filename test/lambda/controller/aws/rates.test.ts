import fc from 'fast-check';
import { Pace } from '../../../../lambda/controller/aws/rates';

test('calls stay within the bucket: no more than its burst and its rate in any span of time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.nat(500), { minLength: 1, maxLength: 200 }),
      (burst, perSecond, pauses) => {
        const pace = new Pace({ burst, perSecond }, 1);
        let now = 1_000_000;
        const made: number[] = [];
        for (const pause of pauses) {
          now += pause;
          made.push(now + pace.take(now));
        }
        let tokens = burst;
        let last = made[0]!;
        for (const at of made) {
          tokens = Math.min(burst, tokens + ((at - last) * perSecond) / 1000) - 1;
          last = at;
          expect(tokens).toBeGreaterThan(-1e-3);
        }
      },
    ),
  );
});

test('a call of a full bucket does not wait, and the next ones follow at its rate', () => {
  const pace = new Pace({ burst: 2, perSecond: 10 }, 1);
  expect([pace.take(5000), pace.take(5000), pace.take(5000), pace.take(5000)]).toEqual([0, 0, 100, 200]);
  expect(pace.take(6000)).toBe(0);
});

test('of the quota of the account only the share is used', () => {
  const pace = new Pace({ burst: 40, perSecond: 10 }, 0.5);
  const waits = Array.from({ length: 22 }, () => pace.take(0));
  expect(waits.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
  expect(waits.slice(20)).toEqual([200, 400]);
});
