import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkLanguage } from '../../lint/engine/validator';
import { availableBinaries, haproxyCheck } from '../support/binaries';

const DEFAULTS = 'defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n';
const BACKEND = 'backend b\n server s 127.0.0.1:80\n';
const listen = (...lines: string[]) =>
  `${DEFAULTS}listen l\n bind 127.0.0.1:18080\n${lines.map((line) => ` ${line}\n`).join('')} server s 127.0.0.1:80\n${BACKEND}`;
const beside = (section: string, ...lines: string[]) => `${listen()}${[section, ...lines].join('\n ')}\n`;

/**
 * Results that depend on several lines: o accepted, w accepted with a warning, e refused; on the branch and those
 * before.
 */
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  'a rule behind one that ends its set': listen('http-request deny', 'http-request set-header a b'),
  'a rule behind one that may end its set': listen('http-request deny if FALSE', 'http-request set-header a b'),
  'a rule behind tarpit': listen('http-request tarpit', 'http-request deny'),
  'a rule behind return': listen('http-request return status 200', 'http-request deny'),
  'two rules of the response': listen('http-response deny', 'http-response deny'),
  'a rule of the response behind one of the request': listen('http-request deny', 'http-response deny'),
  'content behind HTTP': listen('http-request deny if FALSE', 'tcp-request content accept'),
  'connection behind content': listen('tcp-request content accept', 'tcp-request connection accept'),
  'HTTP behind a choice of backend': listen('use_backend b if FALSE', 'http-request deny if FALSE'),
  'HTTP behind a redirect': listen('redirect location / if FALSE', 'http-request deny if FALSE'),
  'monitor behind HTTP': listen('http-request deny if FALSE', 'monitor fail if FALSE'),
  'all in their order': listen(
    'tcp-request connection accept',
    'tcp-request content accept',
    'http-request deny if FALSE',
    'redirect location / if FALSE',
    'use_backend b if FALSE',
  ),
  'a criterion without values': listen('acl a path'),
  'a criterion without values, meant so': listen('acl a path --'),
  'a criterion without values that is true or false': listen('acl a always_true'),
  'a number without values': listen('http-request deny if { nbsrv(l) }'),
  'a mask that is too long': listen('acl a src 10.0.0.0/33'),
  'raw bytes in HTTP mode': listen('http-request deny if REQ_CONTENT'),
  'the end of the wait in HTTP mode': listen('http-request deny if WAIT_END'),
  'check and track': listen('server a 127.0.0.1:81 check', 'server b 127.0.0.1:82 check track l/a'),
  'one id for two servers': listen('server a 127.0.0.1:81 id 7', 'server b 127.0.0.1:82 id 7'),
  'a server that takes datagrams': listen('server a udp@127.0.0.1:81'),
  'a response redirected by scheme': listen('http-response redirect scheme https'),
  'what PROXY protocol cannot carry': listen('server a 127.0.0.1:81 proxy-v2-options nonsense'),
  'a range of source ports': listen('server a 127.0.0.1:81 source 127.0.0.1:1024-2048'),
  'TLS in a step of a check, and no trusted authority': listen('option httpchk', 'http-check connect ssl'),
  'a section that nothing can reach': `${listen()}listen m\n server s 127.0.0.1:80\n`,
  'no port to listen on': `${listen()}listen m\n bind 127.0.0.1:0\n`,
  'a segment that is too large': `${listen()}listen m\n bind 127.0.0.1:18081 mss 70000\n`,
  'stickiness in a frontend': `${listen()}frontend f\n bind 127.0.0.1:18081\n default_backend l\n stick on src\n`,
  'a group of an unknown user': beside('userlist u', 'group g users nobody'),
  'a user of no group': beside('userlist u', 'user a insecure-password x groups nowhere'),
  'a user twice': beside('userlist u', 'user a insecure-password x', 'user a insecure-password y'),
  'users and groups': beside('userlist u', 'group g users a', 'user a insecure-password x groups h', 'group h'),
  'an application without a root': beside('fcgi-app a', 'index index.php'),
  'requests at once without multiplexing': beside('fcgi-app a', 'docroot /', 'option max-reqs 5'),
  'objects of more than half a cache': beside('cache c', 'total-max-size 4', 'max-object-size 3000000'),
  'a name server with a comma': beside('resolvers r', 'nameserver a,b 127.0.0.1:53'),
  'words behind a period': beside('resolvers r', 'nameserver a 127.0.0.1:53', 'hold valid 10s 20s'),
  'mailers that no section uses': beside('mailers m', 'timeout mail 5s'),
  'half an escape': `global\n description \\xz\n${listen()}`,
  'itself as a backend': listen('default_backend l'),
  'a key that the table cannot have': listen('stick-table type ip size 1k', 'http-request track-sc0 base32+src'),
  'a key that becomes one of the table': listen('stick-table type string len 64 size 1k', 'stick on src'),
  'more trackers than there are': listen('stick-table type ip size 1k', 'http-request track-sc3 src'),
  'counters in arrays': listen('stick-table type ip size 1k store gpc(2),gpc_rate(2,10s),gpt(1)'),
  'tracking at the content what is known before': listen(
    'stick-table type ip size 1k',
    'tcp-request content track-sc0 src',
  ),
  'content that is not waited for': listen('tcp-request content capture path len 10'),
  'content that is waited for': listen('tcp-request inspect-delay 5s', 'tcp-request content capture path len 10'),
  'a slot that nothing declares': listen('http-request capture path id 0'),
  'a slot that is declared': listen('declare capture request len 10', 'http-request capture path id 0'),
  'the servers and the table of the section itself': listen(
    'stick-table type ip size 1k store conn_rate(10s)',
    'http-request deny if { nbsrv eq 0 } { src_conn_rate gt 10 }',
  ),
  'two log formats in defaults': `defaults\n option httplog\n log-format %ci\n${listen()}`,
  'a log format without a log': `global\n maxconn 5\ndefaults\n log global\n option httplog\n mode http\n timeout client 5s\nfrontend f\n bind :18080\n`,
  'an id for two sections': `${listen('id 7')}frontend f\n bind 127.0.0.1:18081\n id 7\n`,
  'an address that is none': listen('http-request deny if { src 10.0.0.300 }'),
  'FastCGI without an application': listen('server a 127.0.0.1:81 proto fcgi'),
  'an application without FastCGI': `${beside('fcgi-app a', 'docroot /x')}listen m\n bind 127.0.0.1:18081\n use-fcgi-app a\n server s 127.0.0.1:81\n`,
  'a converter as a separate word': listen('http-request deny if { path, lower -m str /a }'),
  'the runtime API and nothing else that listens':
    'global\n stats socket /tmp/api.sock\nbackend b\n server a 127.0.0.1:80\n timeout connect 1s\n timeout server 1s\n',
  'what a build has': `global\n.if feature(THREAD)\n maxconn ten\n.endif\n${listen()}`,
  'a time with a unit that is none': listen('timeout queue 30x'),
  'Vary neither on nor off': beside('cache c', 'total-max-size 4', 'process-vary maybe'),
  'a message longer than its ring': beside('ring r', 'maxlen 20000'),
};

describe.each(availableBinaries())('HAProxy $version', (binary) => {
  const version = HaproxyVersion.of(binary.branch);

  test.each(Object.entries(CONFIGURATIONS))('%s: the linter agrees with HAProxy', (_, text) => {
    const { findings, unknown } = checkLanguage([{ name: 'haproxy.cfg', text }], version);
    const { status, output } = haproxyCheck(binary, text);
    const real = status !== 0 ? 'refused' : /^\[WARNING\]/m.test(output) ? 'warned about' : 'taken';
    const worst = findings.some(({ severity }) => severity === 'error') ? 'refused' : 'warned about';
    expect(unknown).toEqual([]);
    expect({ verdict: findings.length === 0 ? 'taken' : worst, output }).toEqual({ verdict: real, output });
  });
});

test.each([
  ['2.4', ['error 2']],
  ['2.6', []],
])('a value for a variable that is not set, on %s', (branch, expected) => {
  const text = `global\n description "\${NO_SUCH_VARIABLE-x}"\n${listen()}`;
  const { findings } = checkLanguage([{ name: 'haproxy.cfg', text }], HaproxyVersion.of(branch));
  expect(findings.map(({ severity, line }) => `${severity} ${line}`)).toEqual(expected);
});

test('a host whose name begins as a family does is a host', () => {
  const text = listen('server a udp-gateway.test:80');
  expect(checkLanguage([{ name: 'haproxy.cfg', text }], HaproxyVersion.V3_2).findings).toEqual([]);
});

test('the rule that ends a set is named with its line', () => {
  const text = listen('http-request deny', 'http-request set-header a b');
  expect(checkLanguage([{ name: 'haproxy.cfg', text }], HaproxyVersion.V3_2).findings).toEqual([
    {
      rule: 'ignored-directive',
      severity: 'warning',
      line: 9,
      column: 2,
      length: 12,
      message: "this rule is never read: the 'http-request' rule of line 8 has no condition and ends the set",
      help: 'give that rule a condition, or move it to the end',
    },
  ]);
});

test('a rule after rules that HAProxy runs later is named with the first of them', () => {
  const text = listen('use_backend b if FALSE', 'http-request deny if FALSE');
  expect(checkLanguage([{ name: 'haproxy.cfg', text }], HaproxyVersion.V3_2).findings).toEqual([
    {
      rule: 'bad-value',
      severity: 'warning',
      line: 9,
      column: 2,
      length: 12,
      message: "HAProxy runs all 'http-request' rules before the 'use_backend' rule of line 8",
      help: 'move this line above it',
    },
  ]);
});

/** Words that every JavaScript object answers to. */
const INHERITED = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

test.each(INHERITED)("'%s' is a word like any other", (word) => {
  const lines = [
    `http-request deny if ${word}`,
    `acl a path -m ${word} /`,
    `server a ${word}@x`,
    `server a 127.0.0.1:81 resolve-opts ${word}`,
    `http-request set-var(${word}.a) src`,
    `stick-table type ip size 1 store ${word}`,
    `no ${word}`,
    `http-request ${word}`,
  ];
  for (const line of lines) {
    const { findings } = checkLanguage([{ name: 'haproxy.cfg', text: listen(line) }], HaproxyVersion.V3_2);
    expect([line, findings.map((finding) => `${finding.severity} ${finding.line}`)]).toEqual([line, ['error 8']]);
  }
});
