import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { fullHttp, fullTcp, MINIMAL, PER_REQUEST, SHARES, TCP_SHARES } from '../haproxy/models';

const ELB = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';
const ALL = BRANCHES.map(({ branch }) => branch);
const until = (branch: string) => ALL.slice(0, ALL.indexOf(branch));

/** The findings of a rule, as `line message; help`. */
const said = (rule: string, branch: string, lines: readonly string[]) =>
  lint(`${lines.join('\n')}\n`, HaproxyVersion._read(branch))
    .filter((finding) => finding.rule === rule)
    .map(({ line, message, help }) => `${line} ${message}; ${help}`);

const branchesOf = (rule: string, lines: readonly string[]) =>
  ALL.filter((branch) => said(rule, branch, lines).length > 0);

const serverIn = (mode: string, server: string, more: string[] = []) => [
  ...more,
  'defaults',
  `mode ${mode}`,
  'backend b',
  `server s ${server}`,
];

test.each(ALL)('nothing of the kind is in what the library writes for %s', (branch) => {
  const version = HaproxyVersion.of(branch);
  const perRequest = version._capabilities.doResolve ? [PER_REQUEST] : [];
  const texts = [fullHttp(version), fullTcp(version), MINIMAL, SHARES, TCP_SHARES, ...perRequest].map((model) =>
    HaproxyConfig.render(version, model),
  );
  const rules = texts.flatMap((text) => lint(text, version)).map(({ rule }) => rule);
  for (const rule of ['unreached-backend', 'unverifiable-name', 'clear-text']) {
    expect(rules).not.toContain(rule);
  }
});

test.each(ALL)('nor in a maintenance of everything, before routes and shares, for %s', (branch) => {
  const version = HaproxyVersion.of(branch);
  const maintenance = { name: 'maintenance', fixedResponse: { status: 503 } };
  const text = HaproxyConfig.render(version, { ...SHARES, routes: [maintenance, ...SHARES.routes!] });
  expect(text).toContain('\n    use_backend fixed-response-maintenance\n    default_backend upstream\n');
  expect(text).toContain('\nbackend upstream-api\n');
  expect(lint(text, version).map(({ rule }) => rule)).not.toContain('unreached-backend');
});

describe('unreached-backend', () => {
  const frontend = (...lines: string[]) => ['frontend f', 'mode http', 'bind :80', ...lines, 'default_backend z'];
  const rule = 'unreached-backend';

  test.each<[lines: string[], findings: string[]]>([
    [
      ['use_backend a', 'use_backend b if { path /b }'],
      ["5 no request gets here: 'use_backend a' above has no condition; move the line above, or remove it"],
    ],
    [
      ['acl x path /a', 'use_backend a if x', 'acl y path /b', 'use_backend b  if   x'],
      ["7 no request gets here: 'use_backend a' above has the same condition; move the line above, or remove it"],
    ],
    [
      ['use_backend a unless { path /a }', 'use_backend c if { path /c }', 'use_backend b unless { path /a }'],
      ["6 no request gets here: 'use_backend a' above has the same condition; move the line above, or remove it"],
    ],
  ])('%j', (lines, findings) => {
    expect(said(rule, '3.2', frontend(...lines))).toEqual(findings);
    expect(branchesOf(rule, frontend(...lines))).toEqual(ALL);
  });

  test.each([
    [['use_backend a if { path /a }', 'use_backend b if { path /b }', 'use_backend c']],
    [['use_backend a if { path /a }', 'use_backend a unless { path /a }']],
    [['use_backend a if { path /a }', 'use_backend b if { path -i /a }']],
    [['use_backend a if { rand(2) eq 0 }', 'use_backend b if { rand(2) eq 0 }']],
    [['acl half rand(2) eq 0', 'use_backend a if half', 'use_backend b if half']],
    [['use_backend a if { path "$A" }', 'use_backend b if { path "$A" }']],
    [['use_backend a if { path /a }', 'frontend g', 'mode http', 'use_backend b if { path /a }']],
  ])('not %j', (lines) => {
    expect(branchesOf(rule, frontend(...lines))).toEqual([]);
  });
});

describe('unverifiable-name', () => {
  const rule = 'unverifiable-name';
  const NLB = 'n-0123.elb.eu-west-1.amazonaws.com';

  test.each<[what: string, options: string, name: string, branches: string[]]>([
    ['verifyhost', `verifyhost ${ELB}`, ELB, until('3.3')],
    ['a server name', `sni str(${NLB})`, NLB, ALL],
    ['a server name before verifyhost', `verifyhost a.example.com sni str(${ELB})`, ELB, ALL],
  ])('%s', (_, options, name, branches) => {
    const lines = serverIn(
      'http',
      `${ELB}:443 ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt ${options}`,
    );
    expect(said(rule, branches.at(-1)!, lines)).toEqual([
      `4 no public authority issues a certificate for '${name}', a name of AWS: every handshake fails; give a name of the certificate, or the ca-file of a private authority`,
    ]);
    expect(branchesOf(rule, lines)).toEqual(branches);
  });

  test.each([
    ['the name of the certificate', `ssl verify required ca-file @system-ca sni str(a.example.com) verifyhost ${ELB}`],
    ['a private authority', `ssl verify required ca-file /etc/haproxy/ca.pem verifyhost ${ELB}`],
    ['no verification', `ssl verify none ca-file @system-ca verifyhost ${ELB}`],
    ['a server name of the request', 'ssl verify required ca-file @system-ca sni req.hdr(host)'],
    ['any name', 'ssl verify required ca-file @system-ca'],
    ['no TLS', `ca-file @system-ca verifyhost ${ELB}`],
  ])('not %s', (_, options) => {
    expect(branchesOf(rule, serverIn('http', `${ELB}:443 ${options}`))).toEqual([]);
  });

  test.each<[what: string, mode: string, options: string, name: string, branches: string[]]>([
    ['of a check alone', 'tcp', `check check-ssl verifyhost ${ELB}`, ELB, ALL],
    ['of a check by its own server name', 'tcp', `check check-ssl check-sni ${NLB}`, NLB, ALL],
    ['of a check beside traffic with another name', 'tcp', `check ssl sni str(a.test) verifyhost ${ELB}`, ELB, ALL],
    ['of both, once', 'http', `check ssl sni str(${ELB}) check-sni ${ELB}`, ELB, ALL],
  ])('%s', (what, mode, options, name, branches) => {
    const server = `${ELB}:443 ${options} verify required ca-file /etc/ssl/certs/ca-certificates.crt`;
    const fails = what === 'of both, once' ? 'handshake' : 'health check';
    expect(said(rule, branches.at(-1)!, serverIn(mode, server))).toEqual([
      `4 no public authority issues a certificate for '${name}', a name of AWS: every ${fails} fails; give a name of the certificate, or the ca-file of a private authority`,
    ]);
    expect(branchesOf(rule, serverIn(mode, server))).toEqual(branches);
  });

  test('of an HTTP check, up to 3.2: later its Host header is the server name', () => {
    const check = `server s ${ELB}:443 check check-ssl verify required ca-file @system-ca verifyhost ${ELB}`;
    const linesWith = (more: string) => ['backend b', 'mode tcp', 'option httpchk', `${check} ${more}`];
    const until32 = until('3.3');
    expect(branchesOf(rule, linesWith(''))).toEqual(until32);
    expect(branchesOf(rule, linesWith('no-check-sni-auto'))).toContain('3.3');
  });

  test.each([
    ['a check by the name of the certificate', `check check-ssl check-sni a.test verifyhost ${ELB}`],
    ['a server that is not checked', `check-ssl verifyhost ${ELB}`],
    ['a check without TLS', `check verifyhost ${ELB}`],
  ])('not %s', (_, options) => {
    expect(branchesOf(rule, serverIn('tcp', `${ELB}:443 ${options} verify required ca-file @system-ca`))).toEqual([]);
  });

  test('not where the process verifies nothing', () => {
    const global = ['global', 'ssl-server-verify none'];
    const server = `${ELB}:443 ssl ca-file @system-ca sni str(${ELB})`;
    expect(branchesOf(rule, serverIn('http', server, global))).toEqual([]);
  });
});

describe('clear-text', () => {
  const rule = 'clear-text';

  test('port 443 without TLS', () => {
    const lines = serverIn('http', `${ELB}:443 check`);
    expect(said(rule, '3.2', lines)).toEqual([
      `4 HTTP without TLS goes to port 443 of '${ELB}'; add 'ssl verify required ca-file @system-ca', or give the port of its HTTP listener`,
    ]);
    expect(branchesOf(rule, lines)).toEqual(ALL);
  });

  test('HTTP/2 without TLS, which an Application Load Balancer does not speak', () => {
    const name = 'grpc-1.eu-west-1.elb.amazonaws.com';
    expect(said(rule, '3.2', serverIn('http', `${name}:80 proto h2`))).toEqual([
      `4 HTTP/2 without TLS goes to '${name}'; an Application Load Balancer speaks HTTP/2 over TLS alone; write 'ssl verify required ca-file @system-ca alpn h2', and its HTTPS port`,
    ]);
    expect(said(rule, '3.2', serverIn('http', 'n-0123.elb.eu-west-1.amazonaws.com:50051 proto h2'))).toEqual([]);
    expect(said(rule, '3.2', serverIn('http', `${name}:443 ssl verify none alpn h2`))).toEqual([]);
  });

  test.each([
    ['with TLS', serverIn('http', `${ELB}:443 ssl verify none`)],
    ['TLS that passes through', serverIn('tcp', `${ELB}:443`)],
    ['another port', serverIn('http', `${ELB}:8443`)],
    ['no load balancer', serverIn('http', 'app.example.com:443')],
    ['TLS from default-server', ['backend b', 'mode http', 'default-server ssl verify none', `server s ${ELB}:443`]],
  ])('not %s', (_, lines) => {
    expect(branchesOf(rule, lines)).toEqual([]);
  });

  test('not where a variable brings the options', () => {
    expect(said(rule, '3.2', serverIn('http', `${ELB}:443 "\${OPTIONS[*]}"`))).toEqual([]);
  });
});
