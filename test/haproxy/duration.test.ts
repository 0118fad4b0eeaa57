import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../lib/haproxy/duration';
import { InputError } from '../../lib/haproxy/errors';

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1m', 60_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0s', 0],
])('%s is %d ms', (text, millis) => {
  expect(parseDuration(text, 'holdValid')).toBe(millis);
});

test.each(['', '10', 's', '1.5s', '-1s', '10 s', '10S', '1m30s', '10us'])('%j is refused', (text) => {
  expect(() => parseDuration(text, 'holdValid')).toThrow(
    new InputError(`holdValid '${text}' is not a time: give a whole number and a unit (ms, s, m, h, d), such as 10s`),
  );
});

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [1000, '1s'],
  [90_000, '90s'],
  [3_600_000, '1h'],
  [172_800_000, '2d'],
])('%d ms is written as %s', (millis, text) => {
  expect(formatDuration(millis)).toBe(text);
});

test('what is written reads as the same time, and is no longer than in milliseconds', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 * 86_400_000 }), fc.constantFrom(1, 1000, 60_000, 3_600_000), (count, unit) => {
      const millis = count * unit;
      const text = formatDuration(millis);
      expect(parseDuration(text, 'time')).toBe(millis);
      expect(text.length).toBeLessThanOrEqual(`${millis}ms`.length);
    }),
  );
});
