import { InputError } from '../../lib/haproxy/errors';

const shown = (message: string) => new InputError(message).message;

test('of a long value the beginning is shown', () => {
  const body = 'a b'.repeat(50_000);
  expect(shown(`body "${body}" proves nothing: give 8 to 200 characters`)).toBe(
    `body "${body.slice(0, 100)}…" (150000 characters) proves nothing: give 8 to 200 characters`,
  );
  expect(shown(`host '${'x'.repeat(301)}' of route 'a' is not a host name`)).toBe(
    `host '${'x'.repeat(100)}…' (301 characters) of route 'a' is not a host name`,
  );
});

test.each([
  `host '${'x'.repeat(300)}' of route 'a' is not a host name`,
  `'a' is not a key: allowed are ${'name, '.repeat(100)}and 'b'`,
])('any other text is shown as it is (%#)', (message) => {
  expect(shown(message)).toBe(message);
});
