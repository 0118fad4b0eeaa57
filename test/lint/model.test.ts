import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { checkLanguage } from '../../lint/engine/validator';
import { readAddress } from '../../lint/syntax/address';
import { readTime } from '../../lint/syntax/time';
import { availableBinaries, haproxyCheck } from '../support/binaries';

const read = (branch: string, ...lines: string[]) =>
  checkLanguage([{ name: 'haproxy.cfg', text: `${lines.join('\n')}\n` }], HaproxyVersion.of(branch)).document.sections;

describe('an address', () => {
  const word = (text: string) => ({ text, column: 1, source: text, unresolvedVariable: false });

  test.each([
    ['elb.test:80', undefined, 'elb.test', '80'],
    ['elb.test', undefined, 'elb.test', undefined],
    ['ipv4@elb.test:+1', 'ipv4', 'elb.test', '+1'],
    ['mptcp@elb.test:80', 'mptcp', 'elb.test', '80'],
    ['10.0.0.1:80-90', undefined, '10.0.0.1', '80-90'],
    [':80', undefined, '', '80'],
    ['*:', undefined, '*', ''],
    ['[::1]', undefined, '::1', undefined],
    ['[::1]:80', undefined, '::1', '80'],
    ['::1:80', undefined, '::1', '80'],
    ['fd00::a', undefined, 'fd00::a', undefined],
    ['/run/app:80', undefined, undefined, undefined],
    ['unix@/run/app', 'unix', undefined, undefined],
    ['abns@app:80', 'abns', undefined, undefined],
  ])('%s', (text, family, host, port) => {
    expect(readAddress(word(text))).toEqual({ word: word(text), family, host, port });
  });
});

test.each([
  ['30', { millis: 30, written: '30', more: '' }],
  ['1500us', { millis: 1.5, written: '1500us', more: '' }],
  ['2m', { millis: 120_000, written: '2m', more: '' }],
  ['30sec', { millis: 30_000, written: '30s', more: 'ec' }],
  ['30 s', undefined],
  ['s', undefined],
  ['-1s', undefined],
])('the time %j', (text, time) => {
  expect(readTime(text)).toEqual(time);
});

describe('a section', () => {
  test.each([
    [['backend b'], 'tcp'],
    [['defaults', ' mode http', 'backend b'], 'http'],
    [['defaults', ' mode http', 'backend b', ' mode tcp'], 'tcp'],
    [['defaults web', ' mode http', 'defaults', 'backend b from web'], 'http'],
    [['backend b', ' mode http', ' mode tcp', ' mode http'], 'http'],
    [['defaults', ' mode http', 'backend b', ` mode "\${MODE}"`], ''],
    [['resolvers dns'], undefined],
  ])('%j has the mode %j', (lines, mode) => {
    expect(read('3.2', ...lines).at(-1)!.mode).toBe(mode);
  });

  test('has the last line of a keyword, its value and its time', () => {
    const [section] = read('3.2', 'resolvers dns', ' hold obsolete 5s', ' hold valid 10', ' hold obsolete 1m');
    expect(section!.last('hold obsolete')).toMatchObject({ line: 4, value: { text: '1m' }, millis: 60_000 });
    expect(section!.last('hold valid')).toMatchObject({ line: 3, millis: 10 });
    expect(section!.last('hold')).toBeUndefined();
  });
});

describe('a server', () => {
  const server = (branch: string, ...lines: string[]) => read(branch, ...lines).at(-1)!.servers[0]!;
  const names = ({ options }: ReturnType<typeof server>) => options.all.map(({ word }) => word.text);

  test('has the options of its line, each with its values', () => {
    const { own } = server(
      '3.2',
      'backend b',
      ' server s 10.0.0.1:80 check inter 2s source 10.0.0.2 interface eth0 weight 5',
    );
    expect(own.all.map(({ word, values }) => [word.text, ...values.map(({ text }) => text)])).toEqual([
      ['check'],
      ['inter', '2s'],
      ['source', '10.0.0.2', 'interface', 'eth0'],
      ['weight', '5'],
    ]);
    expect(own.get('inter')!.millis).toBe(2000);
    expect(own.get('weight')!.millis).toBeUndefined();
  });

  test('has those of the default-server lines above, and of its defaults', () => {
    const lines = [
      'defaults',
      ' default-server inter 5s resolvers dns',
      'backend b',
      ' default-server ssl',
      ' server s a.test:80',
    ];
    expect(names(server('3.2', ...lines, ' default-server check'))).toEqual(['inter', 'resolvers', 'ssl']);
    expect(names(server('1.7', ...lines, ' default-server check'))).toEqual(['inter', 'ssl']);
  });

  test.each([
    ['check no-check', false],
    ['no-check check', true],
    ['no-check', false],
    ['cookie check', false],
  ])('%s: checked %s', (words, checked) => {
    expect(server('3.2', 'backend b', ` server s 10.0.0.1:80 ${words}`).options.has('check')).toBe(checked);
  });

  test('has the number of slots of its template', () => {
    const slots = ['4', '1-4', '3-3', 'x', `"\${COUNT}"`].map(
      (count) => server('3.2', 'backend b', ` server-template s ${count} a.test:80`).slots,
    );
    expect(slots).toEqual([4, 4, 1, Number.NaN, Number.NaN]);
  });
});

describe.each(availableBinaries().filter(({ branch }) => !['1.6', '1.7'].includes(branch)))(
  'as HAProxy $version reads it',
  (binary) => {
    const HEAD = ['defaults', ' timeout connect 5s', ' timeout client 5s', ' timeout server 5s', 'listen l'];

    test.each([
      ['an address in brackets without a port', [' server s [::1]']],
      ['a default-server line below the server', [' server s 127.0.0.1:80', ' default-server ssl']],
      ['a default-server line above it', [' default-server ssl', ' server s 127.0.0.1:80']],
      ['the last of two opposite options: off', [' server s 127.0.0.1:80 ssl no-ssl']],
      ['the last of two opposite options: on', [' server s 127.0.0.1:80 no-ssl ssl']],
      ['the last of several modes', [' mode http', ' mode tcp', ' mode http', ' server s 127.0.0.1:80 cookie x']],
    ])('%s', (_, lines) => {
      const text = [...HEAD, ' bind 127.0.0.1:8080', ...lines, ''].join('\n');
      const found = lint(text, HaproxyVersion.of(binary.branch)).filter(({ rule }) => rule !== 'end-of-life');
      expect(found.length > 0).toBe(haproxyCheck(binary, text).status !== 0);
    });
  },
);
