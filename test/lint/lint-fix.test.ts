import fc from 'fast-check';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { fix } from '../../lint/fix';
import { ALL_RULES } from '../../lint/rules';
import { versions } from '../haproxy/arbitraries';
import { availableBinaries, haproxyCheck } from '../support/binaries';

const fixAll = (text: string, version: HaproxyVersion) => fix(text, lint(text, version));
const fixable = (text: string, version: HaproxyVersion) => lint(text, version).filter((finding) => finding.fix);

/** Lines of a configuration with faults that can be fixed, without a name that would have to resolve. */
function faulty(end: string): string {
  return [
    'defaults',
    '    mode http',
    '    timeout connect 5s',
    '    timeout client 5s',
    '    timeout server 5s',
    '    timeout http-keep-alive 75s # too long',
    'resolvers dns # ours',
    '    nameserver d 10.0.0.2:53',
    '    timeout resolve 10s',
    '    hold obsolete   5s',
    '    hold timeout 0',
    'frontend f',
    '    bind :8080',
    '    default_backend b',
    'backend b',
    '    server "s1"  localhost:80 check  resolvers dns # one',
    '',
  ].join(end);
}

test('the rules that are marked as fixable are those whose findings have an edit', () => {
  const text = faulty('\n');
  const fixed = [HaproxyVersion.V1_8, HaproxyVersion.V3_2].flatMap((version) => fixable(text, version));
  const said = ALL_RULES.filter(({ fixable }) => fixable).map(({ id }) => id);
  expect([...new Set(fixed.map(({ rule }) => rule))].sort()).toEqual(said.sort());
});

test.each([
  ['"5s"', '30s'],
  ["'5s'", '30s'],
  ['5\\s', '30s'],
])('a value is replaced together with its quotes: %s', (value, by) => {
  const withValue = (written: string) =>
    faulty('\n').replace('hold obsolete   5s', `hold obsolete   ${written} # kept`);
  const after = fixAll(withValue(value), HaproxyVersion.V3_2);
  expect(after).toContain(`    hold obsolete   ${by} # kept\n`);
  expect(fixable(after, HaproxyVersion.V3_2)).toEqual([]);
});

test('a list of methods in quotes is lengthened and stays one word', () => {
  const text = faulty('\n').replace('check  resolvers', 'init-addr "last,libc" check  resolvers');
  const after = fixAll(text, HaproxyVersion.V3_2);
  expect(after).toContain('init-addr last,libc,none check  resolvers dns # one\n');
});

describe.each(['\n', '\r\n'])('line ends %j', (end) => {
  test('only what is wrong is changed', () => {
    const expected = faulty(end)
      .replace('hold obsolete   5s', 'hold obsolete   30s')
      .replace('hold timeout 0', 'hold timeout 30s')
      .replace('resolvers dns # ours', `resolvers dns # ours${end}    accepted_payload_size 8192`)
      .replace('check  resolvers', 'init-addr none check  resolvers');
    expect(fixAll(faulty(end), HaproxyVersion.V3_2)).toBe(expected);
    expect(fixAll(faulty(end), HaproxyVersion.V1_8)).toBe(expected.replace('keep-alive 75s', 'keep-alive 50s'));
    expect(fixAll(faulty(end), HaproxyVersion.V1_6)).toBe(faulty(end).replace('keep-alive 75s', 'keep-alive 50s'));
  });
});

test.each(['init-addr libc', 'init-addr last,libc maxconn 5'])(
  'a server with another setting is fixed: %s',
  (words) => {
    const text = `backend b\n    server s1 elb.test:80 resolvers dns ${words}\n`;
    const after = fixAll(text, HaproxyVersion.V3_2);
    expect(fixable(after, HaproxyVersion.V3_2)).toEqual([]);
    expect(fixAll(after, HaproxyVersion.V3_2)).toBe(after);
  },
);

test('a place that no longer reads as it did is left alone', () => {
  const findings = lint(faulty('\n'), HaproxyVersion.V3_2).filter(({ rule }) => rule === 'hold-obsolete');
  const other = faulty('\n').replace('hold obsolete   5s', 'hold obsolete   9s');
  expect(fix(other, findings)).toBe(other);
});

/** Configurations of lines that the linter looks at, in any order. */
const configurations = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'resolvers dns',
        'resolvers other',
        '  accepted_payload_size 512',
        '  accepted_payload_size 4096',
        '  hold obsolete 0',
        '\thold obsolete 1s # comment',
        '  hold obsolete 30s',
        '  timeout resolve 20s',
        '  timeout resolve 1m',
        '  hold valid 2m',
        '  timeout resolve 20d',
        'defaults',
        'defaults named',
        '  timeout http-keep-alive 2m',
        '  default-server resolvers dns',
        '  default-server init-addr libc',
        'backend b',
        'backend b from named',
        'listen l',
        '  server s elb.test:80 resolvers dns',
        "  server 's' elb.test:80 check resolvers other init-addr last,libc",
        '  server-template s 4 elb.test:80 init-addr none resolvers dns',
        '  server s elb.test:80',
        '# only a comment',
        '',
      ),
      fc.constantFrom('  server s a.test:80 check', '  server s'),
    ),
    { maxLength: 14 },
  )
  .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));

/** Queries so rare that a hold of 30 s would be over before the next one. */
const SLOW_QUERIES =
  'defaults\n  server-template s 4 elb.test:80 init-addr none resolvers dns\nresolvers dns\n  timeout resolve 1m';

describe('for any configuration', () => {
  test('nothing is left to fix, no other finding comes up, and a second time changes nothing', () => {
    fc.assert(
      fc.property(versions, configurations, (version, text) => {
        const after = fixAll(text, version);
        expect(fixable(after, version).map(({ rule, line }) => `${rule} ${line} ${after}`)).toEqual([]);
        const rules = (of: string) => lint(of, version).map(({ rule }) => rule);
        expect(rules(after).filter((rule) => !rules(text).includes(rule))).toEqual([]);
        expect(fixAll(after, version)).toBe(after);
      }),
      { numRuns: 2000, examples: [[HaproxyVersion.V3_1, SLOW_QUERIES]] },
    );
  });

  test('lines are added or a word is exchanged: all others stay', () => {
    fc.assert(
      fc.property(versions, configurations, (version, text) => {
        const touched = new Set(
          lint(text, version).flatMap(({ fix: change }) => (change && 'column' in change ? change.line : [])),
        );
        const kept = text.split('\n').filter((_, i) => !touched.has(i + 1));
        const after = fixAll(text, version).split('\n');
        let at = 0;
        for (const line of after) {
          at += line === kept[at] ? 1 : 0;
        }
        expect(at).toBe(kept.length);
      }),
      { numRuns: 1000 },
    );
  });
});

test.each(availableBinaries())('HAProxy $version still accepts what was fixed', (binary) => {
  const version = HaproxyVersion.of(binary.branch);
  const text = faulty('\n');
  const after = fixAll(text, version);
  expect(after).not.toBe(text);
  const before = haproxyCheck(binary, text);
  expect(before.status).toBe(0);
  expect(haproxyCheck(binary, after)).toEqual(before);
});
