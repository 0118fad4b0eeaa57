import fc from 'fast-check';
import { InputError } from '../../lib/haproxy/errors';
import { formatSize, parseSize } from '../../lib/haproxy/size';

test.each([
  ['0B', 0],
  ['512B', 512],
  ['64KiB', 65_536],
  ['1MiB', 1_048_576],
  ['2GiB', 2_147_483_648],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text, 'maxBodySize')).toBe(bytes);
});

test.each(['', '64', 'KiB', '1.5KiB', '-1B', '64 KiB', '64kib', '64KB', '64k'])('%j is refused', (text) => {
  expect(() => parseSize(text, 'maxBodySize')).toThrow(
    new InputError(
      `maxBodySize '${text}' is not a size: give a whole number and a unit (B, KiB, MiB, GiB), such as 64KiB`,
    ),
  );
});

test('what is written reads as the same size', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3), (count, unit) => {
      const text = formatSize(count * unit);
      expect(parseSize(text, 'size')).toBe(count * unit);
    }),
  );
});
