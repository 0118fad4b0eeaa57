import { BRANCHES, branchOrder } from '../../lib/haproxy/version/branches';
import { CAPABILITIES, type Capability } from '../../lib/haproxy/version/capabilities';
import { checkGrammars, GRAMMARS } from '../../lint/grammars';
import { KEYWORDS, type Keyword, keywordOf } from '../../lint/keywords';
import { checkpointsOf } from '../../lint/keywords/checkpoints';
import { table } from '../../lint/keywords/keyword';
import { grammarsOf, itemsOn } from '../../lint/keywords/notation';

const names = BRANCHES.map(({ branch }) => branch);
const called = ({ table: name, words, since: from }: Keyword) => `${name}: ${words} ${from}`;

describe('every row', () => {
  test('names branches that exist, in their order', () => {
    const wrong = KEYWORDS.filter((keyword) => {
      const life = [keyword.since, keyword.deprecated, keyword.removed].filter((branch) => branch !== undefined);
      const dates = [...life, keyword.strictSince, keyword.ignoredSince, keyword.namedDefaultsSince];
      return (
        dates.some((branch) => branch !== undefined && !names.includes(branch)) ||
        life.some((branch, i) => i > 0 && branchOrder(life[i - 1]!) > branchOrder(branch))
      );
    });
    expect(wrong.map(called)).toEqual([]);
  });

  test('has a source', () => {
    expect(KEYWORDS.filter(({ source }) => source.trim() === '').map(called)).toEqual([]);
  });

  test('is unique by its words, its places and its first branch', () => {
    const keys = KEYWORDS.map((keyword) => `${called(keyword)} ${keyword.places.join(' ')}`);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  test('of a rule is in a set that has checkpoints', () => {
    const sets = new Set(KEYWORDS.filter(({ table: name }) => name === 'rule').flatMap(({ places }) => places));
    expect([...sets].filter((set) => checkpointsOf(set, 'listen', '3.4') === undefined)).toEqual([]);
  });
});

test.each([
  ['bind', 'mode ; ; ; match(octl)', "'octl' in the signature 'match(octl)' is not a form: see forms.ts"],
  ['server', 'a ; ; ; [list(b|<netwrk>)]', "'netwrk' in the signature 'list(b|<netwrk>)' is not a form: see forms.ts"],
  ['rule', 'a ; ; ; word {b ref(bakend)}', "'bakend' in the signature 'ref(bakend)' is not a kind of reference"],
  ['proxy', 'a ; DFBL ; ; expr(chekc)', "'chekc' in the signature 'expr(chekc)' is not a place: see checkpoints.ts"],
  ['fetch', 'a ; requst ; ; ; str', "not a row of the table 'fetch': a ; requst ; ; ; str"],
  ['converter', 'a ; str ; ; 1 sttr ; str', "not a row of the table 'converter': a ; str ; ; 1 sttr ; str"],
  ['global', 'a ; ; ; [word', "'[' is not closed in the signature '[word'"],
  ['global', 'a ; ; ; ; ; htpp', "'htpp' is not a trait of keywords"],
])('a misspelt name is refused when the table %s is loaded: %s', (name, row, message) => {
  expect(() => table(name, 'here', row)).toThrow(message);
});

test.each([
  ['server', '@servr'],
  ['bind', '[word @servr]'],
  ['rule', '{a word, b @servr}'],
  ['global', '@servr...'],
  ['resolvers', 'word /2.4 on|<@servr>'],
])('a grammar that does not exist is refused when the table %s is loaded: %s', (name, args) => {
  const message = `the table '${name}' names a grammar that does not exist: @servr at 'x'`;
  expect(() => checkGrammars(table(name, 'here', `x ; ; ; ${args}`), GRAMMARS)).toThrow(message);
});

test('every grammar is named by a table', () => {
  const rows = KEYWORDS.filter(({ result }) => result === undefined);
  const named = new Set(rows.flatMap(({ args }) => grammarsOf(args)));
  expect(Object.keys(GRAMMARS).filter((name) => !named.has(name))).toEqual([]);
});

test('a branch with two digits has editions and words like any other', () => {
  const notation = 'old /3.9 middle /3.10 new@3.10|other@3.9-3.11';
  const words = (branch: string) => itemsOn(notation, branch).map((item) => item.kind === 'choice' && item.words);
  expect(words('3.4')).toEqual([[{ word: 'old' }]]);
  expect(words('3.9')).toEqual([[{ word: 'middle' }]]);
  expect(words('3.10')).toEqual([
    [
      { word: 'new', since: '3.10' },
      { word: 'other', since: '3.9', removed: '3.11' },
    ],
  ]);
  expect(table('global', 'here', 'a ; ; 3.10 ~3.11 -4.0')[0]).toMatchObject({
    since: '3.10',
    deprecated: '3.11',
    removed: '4.0',
  });
});

test('a row of another form is refused', () => {
  expect(() => table('proxy', 'here', 'maxconn ; DFX')).toThrow("not a row of the table 'proxy': maxconn ; DFX");
  expect(() => table('global', 'here', 'maxconn ; ; 2.x')).toThrow("not a row of the table 'global': maxconn ; ; 2.x");
});

test.each([
  ['resolvers', 'timeout resolve', '1.8'],
  ['resolvers', 'hold obsolete 30s', '1.8'],
  ['resolvers', 'parse-resolv-conf', '1.9'],
  ['backend', 'server-template', '1.8'],
  ['backend', 'retry-on conn-failure', '2.0'],
  ['backend', 'balance random', '1.9'],
  ['defaults', 'http-request set-header', '1.6'],
  ['frontend', 'option http-restrict-req-hdr-names delete', '2.6'],
  ['global', 'hard-stop-after', '1.8'],
  ['global', 'dns-accept-family', '3.2'],
  ['server', 'init-addr', '1.7'],
  ['server', 'check-sni', '1.8'],
  ['bind', 'shards', '2.5'],
  ['rule', 'return', '2.2'],
  ['fetch', 'baseq', '2.4'],
  ['converter', 'host_only', '2.7'],
  ['section', 'log-profile', '3.1'],
])('%s: %s exists since %s', (section, words, branch) => {
  expect(keywordOf(section, words.split(' '))?.since).toBe(branch);
});

test('a keyword of no section, or of another one, is not found', () => {
  expect(keywordOf('backend', ['bogus'])).toBeUndefined();
  expect(keywordOf('frontend', ['use-server'])?.standing.has('frontend')).toBe(false);
  expect(keywordOf('resolvers', ['timeout', 'connect'])).toBeUndefined();
});

test('the edition of a branch is found', () => {
  expect(keywordOf('frontend', ['server', 'a'], '1.8')?.standing.has('frontend')).toBe(false);
  expect(keywordOf('frontend', ['server', 'a'], '1.9')?.standing.get('frontend')).toBe('ignored');
});

test('the generator dates each keyword as the linter does, with the same source', () => {
  const dated = Object.values<Capability>(CAPABILITIES).filter(({ keyword }) => keyword !== undefined);
  expect(dated.length).toBeGreaterThan(0);
  for (const { keyword, since: from, source } of dated) {
    const [table, words] = keyword!;
    const known = keywordOf(table, words.split(' '));
    expect({ keyword, since: from, source }).toEqual({ keyword, since: known?.since, source: known?.source });
  }
});
