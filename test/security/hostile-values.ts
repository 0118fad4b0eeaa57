/** Values that mean something to a shell, to HAProxy, to the CDK, to YAML or JSON, or to a terminal. */
export const HOSTILE_VALUES: readonly string[] = [
  'a\nglobal\n    stats socket /tmp/x level admin',
  'a\r\nuser root',
  'a\' b "c',
  'a # b',
  'a\\',
  `\${HOME}`,
  '%[env(HOME)]',
  `\${Token[TOKEN.7]}`,
  '`id`',
  '$(id)',
  'a\0b',
  'a\u2028b\u2029c',
  '\u001b[2J',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'END',
  '',
  'a'.repeat(20_000),
];

/** Keys that are more than keys. */
export const HOSTILE_KEYS: readonly string[] = ['__proto__', 'constructor', 'toString'];

/** What the prototypes of this process have: a pollution shows as a key more. */
export function prototypes(): string[] {
  return [Object, Array, String, Number, Function, Map].map(
    ({ name, prototype }) => `${name}: ${Reflect.ownKeys(prototype).map(String).sort().join()}`,
  );
}
