import fc from 'fast-check';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkLanguage } from '../../lint/engine/validator';
import { readLine } from '../../lint/syntax/tokenizer';

const texts = (line: string) => readLine(line).words.map(({ text }) => text);
const sectionsOf = (text: string, version = HaproxyVersion.V3_2) =>
  checkLanguage([{ name: 'haproxy.cfg', text }], version).document.sections;

describe('words of a line', () => {
  test.each([
    ['server  s1\telb:80 ', ['server', 's1', 'elb:80']],
    ['', []],
    ['   ', []],
    ['# a comment', []],
    ['mode http # the rest is a comment', ['mode', 'http']],
    ['mode http#this too', ['mode', 'http']],
    ['log-format "%ci \'%r\' #1"', ['log-format', "%ci '%r' #1"]],
    [
      'http-request deny if { path \'/a "b" #c\\d\' }',
      ['http-request', 'deny', 'if', '{', 'path', '/a "b" #c\\d', '}'],
    ],
    ['acl a path /with\\ blank\\#and\\\\more', ['acl', 'a', 'path', '/with blank#and\\more']],
    ['acl a path "quoted \\"inside\\""', ['acl', 'a', 'path', 'quoted "inside"']],
    ['monitor fail if pre"in the"post', ['monitor', 'fail', 'if', 'prein thepost']],
    ['http-request set-header X ""', ['http-request', 'set-header', 'X', '']],
    ['ends with a backslash\\', ['ends', 'with', 'a', 'backslash\\']],
  ])('%j', (line, words) => {
    expect(texts(line)).toEqual(words);
  });

  test('columns count from 1, and a quoted word begins at its quote', () => {
    expect(readLine('\tserver "s 1"  elb:80').words).toEqual([
      { text: 'server', column: 2, source: 'server', unresolvedVariable: false },
      { text: 's 1', column: 9, source: '"s 1"', unresolvedVariable: false },
      { text: 'elb:80', column: 16, source: 'elb:80', unresolvedVariable: false },
    ]);
  });

  test('words in quotes read as they were', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ab #\t"\\ü'), minLength: 1 });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(texts(words.map((text) => `'${text}'`).join(' '))).toEqual(words);
        expect(texts(words.map((text) => text.replace(/[\s#"\\]/g, '\\$&')).join('  '))).toEqual(words);
      }),
    );
  });
});

describe('sections', () => {
  const CONFIG = [
    'mode http',
    'global # the process',
    '',
    '    # only a comment',
    '    maxconn 10',
    'defaults',
    'listen "two words"',
    '    server s1 a:80',
    '    server s2 b:80',
    'backend',
  ];
  const expected = [
    { kind: 'global', name: '', lines: [[5, 'maxconn 10']] },
    { kind: 'defaults', name: '', lines: [] },
    {
      kind: 'listen',
      name: 'two words',
      lines: [
        [8, 'server s1 a:80'],
        [9, 'server s2 b:80'],
      ],
    },
    { kind: 'backend', name: '', lines: [] },
  ];

  test.each([
    ['\n', ''],
    ['\r\n', '\r\n'],
  ])('line ends %j', (end, last) => {
    const sections = sectionsOf(CONFIG.join(end) + last).map(({ kind, name, directives }) => ({
      kind,
      name,
      lines: directives.map(({ line, words }) => [line, words.map(({ text }) => text).join(' ')]),
    }));
    expect(sections).toEqual(expected);
  });

  test('any text can be read', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(sectionsOf(text))));
  });
});
