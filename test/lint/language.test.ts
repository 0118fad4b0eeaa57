import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkLanguage } from '../../lint/engine/validator';

const TIMEOUTS = ['    timeout connect 1s', '    timeout client 1s', '    timeout server 1s'];
const PROXY = ['listen l', '    bind 127.0.0.1:8080', ...TIMEOUTS];

const file = (...lines: string[]) => `${lines.join('\n')}\n`;
function judge(branch: string, text: string) {
  const { findings, unknown } = checkLanguage([{ name: 'haproxy.cfg', text }], HaproxyVersion.of(branch));
  return { findings, unknown };
}

/** The findings on a text, a line each. */
const said = (branch: string, text: string) =>
  judge(branch, text).findings.map(
    ({ severity, line, column, rule, message, help }) => `${severity} ${line}:${column} ${rule}: ${message}; ${help}`,
  );

test('a plain configuration is taken by every branch', () => {
  for (const branch of ['1.6', '2.0', '2.4', '3.0', '3.4']) {
    expect(judge(branch, file(...PROXY, '    server a 192.0.2.1:80 check'))).toEqual({ findings: [], unknown: [] });
  }
});

test.each([
  [
    '1.7',
    '    server-template a 4 192.0.2.1:80',
    "error 6:5 too-new: 'server-template' exists from HAProxy 1.8 on, and this is for 1.7; remove 'server-template', or run HAProxy 1.8 or later",
  ],
  [
    '2.4',
    '    reqrep ^A B',
    "error 6:5 removed-directive: 'reqrep' is refused from HAProxy 2.1 on, and this is for 2.4; remove 'reqrep', or write 'http-request replace-header' or 'replace-path'",
  ],
  [
    '3.3',
    '    dispatch 192.0.2.1:80',
    "warning 6:5 deprecated-directive: HAProxy 3.3 and later warn about 'dispatch', and 3.5 refuses it; remove 'dispatch', or write a 'server' with that address",
  ],
  ['3.4', '    maxcon 5', "error 6:5 unknown-directive: 'maxcon' is unknown in a 'listen' section; remove 'maxcon'"],
  [
    '3.4',
    '    mode htttp',
    "error 6:10 unknown-directive: 'mode htttp' is unknown in a 'listen' section; remove 'mode htttp'",
  ],
  [
    '3.0',
    '    server a 192.0.2.1:80 resolvers dns',
    "error 6:37 unknown-reference: the resolvers section 'dns' does not exist; add the resolvers section 'dns', or use another name",
  ],
  [
    '2.0',
    '    retry-on 429',
    "error 6:14 bad-value: '429' exists from HAProxy 3.1 on, and this is for 2.0; remove '429', or run HAProxy 3.1 or later",
  ],
  ['2.2', '    timeout queue 5 s', "error 6:21 extra-word: unexpected 's' after '5'; remove 's'"],
  [
    '2.2',
    '    timeout queue soon',
    "error 6:19 bad-value: 'soon' is not a time; use a number with 'us', 'ms', 's', 'm', 'h' or 'd'",
  ],
])('%s %s', (branch, line, finding) => {
  expect(said(branch, file(...PROXY, line))).toEqual([finding]);
});

/** What real binaries accept, from configurations that people have published. */
test.each([
  ['2.2', '    http-request set-header X "%[var(\'txn.a\')]"'],
  ['3.4', '    http-request set-header X \'%[var("txn.a"),add("2")]\''],
  ['3.4', '    http-request deny if { "int(\'1\')" gt 0 } { "var(t\'xn.a\')" -m found }'],
  ['2.2', '    server a 192.0.2.1:80 source 0.0.0.0 interface eth0 usesrc client check'],
  ['3.4', '    source 0.0.0.0 usesrc client interface eth0 usesrc clientip'],
])('%s reads %s', (branch, line) => {
  expect(said(branch, file(...PROXY, '    mode http', line))).toEqual([]);
});

test.each([
  [
    '3.4',
    '    http-request set-header X "%[var(\'other.a\')]"',
    "error 6:31 bad-value: 'other.a' does not begin with a scope of variables that HAProxy 3.4 has; use a sample expression of this branch",
  ],
  [
    '2.0',
    '    http-request set-header X "%[var(\'txn.a\')]"',
    "error 6:31 bad-value: ''txn.a'' does not begin with a scope of variables that HAProxy 2.0 has; use a sample expression of this branch",
  ],
  [
    '3.4',
    '    server a 192.0.2.1:80 source 0.0.0.0 usesrc client interface',
    "error 6:56 missing-value: 'interface' needs a name; add a name",
  ],
  [
    '3.4',
    '    source 0.0.0.0 interface eth0 usesrc',
    "error 6:35 missing-value: 'usesrc' needs 'client', 'clientip' or an address; add 'client', 'clientip' or an address",
  ],
])('%s refuses %s', (branch, line, finding) => {
  expect(said(branch, file(...PROXY, line))).toEqual([finding]);
});

test.each([
  ['    server a 192.0.2.1:80.0', '80.0', '192.0.2.1:80.0', '80', 14],
  ['    bind 127.0.0.1:8081x', '8081x', '127.0.0.1:8081x', '8081', 10],
  ['    bind 127.0.0.1:8081x-8083', '8081x-8083', '127.0.0.1:8081x-8083', '8081-8083', 10],
])('text behind a port: a warning up to 2.8, an error from 2.9 on: %s', (line, port, word, read, column) => {
  expect(said('2.8', file(...PROXY, line))).toEqual([
    `warning 6:${column} bad-value: '${port}' in '${word}' is read as port ${read}, and HAProxy 2.9 and later refuse it; write ${read}`,
  ]);
  expect(said('2.9', file(...PROXY, line))).toEqual([
    `error 6:${column} bad-value: '${port}' is not a port in '${word}'; use a number of 1 to 65535`,
  ]);
});

test('a ring of 1M: an error of 2.7 and 2.8.0, a warning up to 2.9', () => {
  const ring = file(...PROXY, 'ring r', '    size 1M');
  expect(said('2.8', ring)).toEqual([
    "warning 7:10 bad-value: '1M' is less than the 16384 bytes of a ring, or has a unit that HAProxy 2.8 does not read; use more, without a unit",
  ]);
  expect(['2.7.3', '2.8.0', '2.8.25', '2.9'].map((version) => said(version, ring)[0]!.split(' ')[0])).toEqual([
    'error',
    'error',
    'warning',
    'warning',
  ]);
  expect(said('3.0', ring)).toEqual([]);
});

test('words behind the name of a section: ignored or refused', () => {
  const errors = (branch: string, header: string) =>
    said(branch, file(...PROXY, header)).filter((line) => line.includes("'mode'"));
  for (const kind of ['resolvers', 'mailers', 'ring', 'http-errors']) {
    expect(errors('3.4', `${kind} x mode`)).toEqual([]);
  }
  expect(errors('3.4', 'peers x mode')).toEqual(["error 6:9 extra-word: unexpected 'mode' after 'x'; remove 'mode'"]);
  expect(errors('2.2', 'defaults x mode http')).toEqual([
    "error 6:12 extra-word: unexpected 'mode' after 'defaults'; remove 'mode'",
  ]);
  expect(errors('3.4', 'defaults x mode http')).toEqual([
    "warning 6:12 ignored-directive: 'mode' after 'defaults x' is ignored; write it on a line of its own, or remove it",
  ]);
  expect(errors('3.0', 'backend x mode http')).toEqual([
    "warning 6:11 ignored-directive: 'mode' after 'backend x' is ignored; write it on a line of its own, or remove it",
  ]);
  for (const branch of ['2.2', '3.2']) {
    expect(errors(branch, 'backend x mode http')).toEqual([
      "error 6:11 extra-word: unexpected 'mode' after 'backend'; remove 'mode'",
    ]);
  }
});

test('frontend options in a backend: a warning up to 3.1, an error from 3.2 on', () => {
  const text = file(...PROXY, 'backend b', '    option dontlognull');
  expect(said('3.1', text)).toEqual([
    "warning 7:5 ignored-directive: 'option dontlognull' in a 'backend' section is ignored; remove 'option dontlognull'",
  ]);
  expect(said('3.2', text)).toEqual([
    "error 7:5 wrong-section: 'option dontlognull' is not allowed in a 'backend' section from HAProxy 3.2 on; move it to another section",
  ]);
});

test('rules in defaults: only from 2.5 on, and only in sections that have a name', () => {
  const text = (name: string) => file(`defaults${name}`, '    http-request deny if FALSE', ...PROXY);
  expect(said('2.4', text(' d'))).toHaveLength(1);
  expect(said('2.5', text(' d')).filter((line) => line.startsWith('error'))).toEqual([]);
  expect(said('2.5', text('')).filter((line) => line.startsWith('error'))).toEqual([
    "error 2:5 wrong-section: 'http-request' is allowed only in a 'defaults' section that has a name; give the section a name",
  ]);
});

test('a name that is given twice', () => {
  const text = file(...PROXY, 'frontend x', '    bind :81', '    timeout client 1s', 'backend x');
  expect(said('3.0', text)).toEqual([]);
  expect(said('3.1', text)).toEqual([
    "warning 9:9 duplicate-name: backend 'x' has the same name as frontend 'x' of line 6; give it another name",
  ]);
  expect(said('3.3', text)).toEqual([
    "error 9:9 duplicate-name: backend 'x' has the same name as frontend 'x' of line 6; give it another name",
  ]);
});

test('timeouts that are missing', () => {
  expect(said('3.4', file('listen l', '    bind :80', '    server a 192.0.2.1:80'))).toEqual([
    "warning 1:8 incomplete: listen 'l' lacks 'timeout client', 'timeout connect', 'timeout server'; add 'timeout client', 'timeout connect', 'timeout server' to the section, or to a defaults section above",
  ]);
});

test('the end of the file: 2.2 warns, 2.3 refuses', () => {
  const text = file(...PROXY).trimEnd();
  expect(said('2.1', text)).toEqual([]);
  expect(said('2.2', text)).toEqual([
    'warning 5:1 bad-line: the last line does not end with a newline, and HAProxy assumes that the file is truncated; end the file with a newline',
  ]);
  expect(said('2.3', text)[0]).toMatch(/^error 5:1 bad-line/);
});

test('conditions decide which lines are read', () => {
  const text = file(...PROXY, '.if version_atleast(2.6)', '    bogus', '.else', '    maxconn 5', '.endif');
  expect(said('2.4', text)).toEqual([]);
  expect(said('2.6', text)).toEqual([
    "error 7:5 unknown-directive: 'bogus' is unknown in a 'listen' section; remove 'bogus'",
  ]);
  expect(said('2.3', text)).toHaveLength(4);
});

test.each([
  [
    'a text that a converter needs may be missing from 2.2 on',
    '    http-request set-header X %[src,ltrim]',
    '2.1',
    '2.2',
  ],
  ['but not where it names a variable', '    http-request set-header X %[src,strcmp]', '3.4', undefined],
  ['a status has a reason from 1.8 on', '    http-response set-status 404 reason no', '1.7', '1.8'],
  [
    'what is known at the end only is for logs up to 3.3',
    '    http-response set-header X %[fc.timer.total]',
    '3.3',
    '3.4',
  ],
])('%s', (_name, line, refusedBy, takenBy) => {
  const errors = (branch: string) =>
    judge(branch, file(...PROXY, '    mode http', line)).findings.filter(({ severity }) => severity === 'error');
  expect(errors(refusedBy)).toHaveLength(1);
  expect(takenBy === undefined ? [] : errors(takenBy)).toEqual([]);
});

test.each([
  [
    'frontend f\n    bind :80\n    mode http\n    http-request set-timeout server 5s',
    "error 4:30 wrong-section: 'set-timeout server' is not allowed in a 'frontend' section; move it to a backend",
  ],
  [
    'frontend f\n    bind udp@:80',
    "error 2:10 bad-value: 'udp@:80' takes datagrams, and a 'bind' takes connections; remove 'udp@:80'",
  ],
  [
    'backend b\n    server s 192.0.2.1:80 ktls on',
    "error 2:27 wrong-section: 'ktls' is experimental: it needs 'expose-experimental-directives' in the global section; add that line above, or remove this one",
  ],
  [
    'peers p\n    bind :1024\n    server a\n    server b 192.0.2.2:1024 bogus',
    "error 4:29 unknown-directive: 'bogus' is not an option of a 'server' line; remove 'bogus'",
  ],
  [
    'peers p\n    peer a 192.0.2.1:1024\n    table t type ip size 1k\nbackend b\n    http-request track-sc0 path,sha1 table p/t',
    "error 5:44 bad-value: the key is a sample of type 'bin', and the table has keys of type 'ip'; give the table a matching type, or use another sample",
  ],
  [
    'peers p\n    peer a 192.0.2.1:1024\nbackend b\n    http-request track-sc0 src table p/t',
    "error 4:38 unknown-reference: the section 'p/t' does not exist, or has no 'stick-table'; add a 'stick-table' line to the section 'p/t'",
  ],
  [
    'frontend f\n    bind :80\n    acl a nbsrv lt 1',
    "error 3:11 bad-value: 'nbsrv' is about this section, and frontend 'f' is of the other kind; name a section in the brackets",
  ],
  [
    'frontend f\n    bind :80\n    http-request track-sc3 src',
    "error 3:18 bad-value: 'track-sc3' does not exist: this process has track-sc0 to track-sc2; use track-sc2 at most, or raise 'tune.stick-counters'",
  ],
  [
    'frontend f\n    bind :80\n    http-request set-var(txn.a,always) src',
    "error 3:18 bad-value: 'always' is not a condition of 'set-var'; use 'ifexists', 'ifempty', 'ifset' or another",
  ],
  [
    'frontend f\n    bind :80\n    mode http\n    capture request header Host len 9\n    http-request capture path id 1',
    "error 5:34 unknown-reference: frontend 'f' has no request capture with the id 1; add 'declare capture', or use a smaller id",
  ],
  [
    'backend b\n    mode http\n    server s 192.0.2.1:80 proto fcgi',
    "error 3:12 bad-value: server 's' uses FastCGI, and backend 'b' has no 'use-fcgi-app'; add 'use-fcgi-app NAME' to backend 'b'",
  ],
])('3.4 refuses %j', (text, error) => {
  expect(said('3.4', `${text}\n`)).toContain(error);
});

test.each([
  [
    'defaults\n    option httplog\n    log-format %ci',
    "warning 3:5 duplicate-name: 'log-format' replaces the log format of line 2; remove one of them",
  ],
  [
    'frontend f\n    bind :80\n    mode http\n    tcp-request content track-sc0 hdr(host) table b',
    "warning 4:25 incomplete: this rule does not wait for its content: frontend 'f' has no 'tcp-request inspect-delay'; add 'tcp-request inspect-delay 5s'",
  ],
  [
    'frontend f\n    bind :80\n    mode http\n    tcp-request content track-sc0 src table b',
    "warning 4:25 bad-value: the key is known before any content: in HTTP mode each request is tracked again; use 'tcp-request session', or 'http-request'",
  ],
  [
    'global\n    localpeer a\npeers p\n    peer b 192.0.2.1:1024',
    "warning 3:7 incomplete: peers 'p' has no peer 'a', which is the name of this machine; add a 'peer a ADDRESS:PORT' line",
  ],
  [
    'frontend f\n    bind :80\n    mode http\n    capture cookie A len 64',
    "warning 4:5 incomplete: HAProxy captures at most 63 characters of a cookie; raise 'tune.http.cookielen', or lower it",
  ],
])('3.4 warns about %j', (text, warning) => {
  expect(said('3.4', `${text}\n`)).toContain(warning);
});

test('samples have the checkpoints at which they are available', () => {
  const text = file(...PROXY, '    mode http', '    http-request set-header X %[res.hdr(x)]');
  expect(said('1.6', text)[0]).toMatch(/^warning 7:31 bad-value/);
  expect(said('3.4', text)).toEqual([
    "error 7:31 bad-value: 'res.hdr' is not available at this point of the request; use a sample that is available here",
  ]);
});

// 2.2.9 and 2.6.12 take the status in TCP mode, and refuse the others; 3.0.11 takes all.
test('3.0 has all variables of a log format in TCP mode', () => {
  expect(said('3.0', file(...PROXY, '    log 127.0.0.1 local0', '    log-format "%ci %ST %CC %HM %Ta"'))).toEqual([]);
});

test.each(['2.2', '2.6'])('%s has some variables of a log format in HTTP mode only', (branch) => {
  const text = file(...PROXY, '    log 127.0.0.1 local0', '    log-format "%ci %ST %ts %CC %HM %Ta %Tr"');
  const names = ['CC', 'HM', 'Ta', 'Tr'];
  expect(said(branch, text)).toEqual(
    names.map(
      (name) => `error 7:16 bad-value: '%${name}' needs HTTP mode, and listen 'l' is not in it; add 'mode http'`,
    ),
  );
});

test('what is outside the file is left open', () => {
  const text = file(...PROXY, '    server a name.example:80 init-addr last,libc,none', '    server b "$ADDRESS"');
  expect(judge('2.4', text)).toEqual({
    findings: [],
    unknown: [
      { line: 6, words: ['server', 'a', 'name.example:80', 'init-addr', 'last,libc,none'] },
      { line: 7, words: ['server', 'b', '$ADDRESS'] },
    ],
  });
});

test('ten thousand correct lines give no finding', () => {
  const lines = (count: number) => {
    const servers = Array.from(
      { length: count },
      (_, i) => `    server s${i} 192.0.2.1:80 check inter 5s weight ${i % 256}`,
    );
    const rules = Array.from(
      { length: count },
      (_, i) => `    http-request set-header X-${i} %[src,ipmask(24)] if { path_beg /${i} }`,
    );
    return file(...PROXY, '    mode http', ...rules, ...servers);
  };
  expect(judge('3.4', lines(5000))).toEqual({ findings: [], unknown: [] });
});

test.each([
  'declare capture "$SIDE" len 10',
  'http-request set-timeout "$WHICH" 5s',
  'stick-table type "$TYPE" size 1k',
  'http-check expect "$WHAT" 200',
])('a variable in place of a choice has no verdict, and the words after it are read: %s', (line) => {
  const { findings, unknown } = judge('3.4', file(...PROXY, '    mode http', '    option httpchk', `    ${line}`));
  expect(findings).toEqual([]);
  expect(unknown.map((entry) => entry.line)).toEqual([8]);
});

test('no text makes it throw', () => {
  for (const text of [
    '',
    '\n',
    '"',
    'server',
    'listen',
    'listen l\nbind',
    'global\n log',
    'backend b\nacl a',
    'frontend f\nhttp-request',
    'global\ntune.stick-counters',
    'listen l\nbind :80\ntcp-request inspect-delay\ntcp-request content capture path len 10',
  ]) {
    for (const branch of ['1.6', '2.2', '3.4']) {
      expect(() => judge(branch, text)).not.toThrow();
    }
  }
});
