import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';

/* The texts of rules about clients and answers, and what they say nothing of. Running processes are in rules-running. */

const ALL = BRANCHES.map(({ branch }) => branch);
const upTo = (branch: string) => ALL.slice(0, ALL.indexOf(branch));
const from = (branch: string) => ALL.slice(ALL.indexOf(branch));

/** The findings of a rule, as `line message; help`. */
const said = (rule: string, branch: string, lines: readonly string[]) =>
  lint(`${lines.join('\n')}\n`, HaproxyVersion._read(branch))
    .filter((finding) => finding.rule === rule)
    .map(({ line, message, help }) => `${line} ${message}; ${help}`);

const branchesOf = (rule: string, lines: readonly string[]) =>
  ALL.filter((branch) => said(rule, branch, lines).length > 0);

const listen = (...lines: string[]) => ['defaults', 'mode http', 'listen l', ...lines];

describe('large-page', () => {
  const rule = 'large-page';
  const page = (bytes: number) => `http-request return status 200 content-type text/plain string ${'x'.repeat(bytes)}`;
  const HELP = "shorten the text, or raise 'tune.bufsize', which costs memory for each connection";

  test('the buffer less what is kept for headers', () => {
    expect(said(rule, '3.2', listen(page(15_361)))).toEqual([
      `4 the body has 15361 bytes, and HAProxy's buffer has room for 15360 beside its headers; ${HELP}`,
    ]);
    expect(branchesOf(rule, listen(page(15_361)))).toEqual(from('2.2'));
    expect(branchesOf(rule, listen(page(15_360)))).toEqual([]);
  });

  test.each([
    [['tune.bufsize 32768'], 31_744],
    [['tune.bufsize 8192', 'tune.bufsize 16384'], 15_360],
    [['tune.maxrewrite 4096'], 12_288],
    [['tune.maxrewrite 16000'], 8192],
  ])('%j leaves room for %i bytes', (lines, room) => {
    const global = ['global', ...lines];
    expect(said(rule, '3.2', [...global, ...listen(page(room))])).toEqual([]);
    expect(said(rule, '3.2', [...global, ...listen(page(room + 1))])).toHaveLength(1);
  });

  test('a size with a unit, from 3.1 on', () => {
    const lines = ['global', 'tune.bufsize 32k', ...listen(page(20_000))];
    expect(said(rule, '3.2', lines)).toEqual([]);
    expect(said(rule, '3.2', ['global', 'tune.bufsize 8k', ...listen(page(8000))])).toHaveLength(1);
  });

  const long = 'x'.repeat(20_000);
  test.each([
    ['a header', `http-request return status 200 content-type text/plain hdr string ${long} string ok`],
    ['a format with a sample', `http-request return status 200 content-type text/plain lf-string "${long} %[src]"`],
    ['a variable', 'http-request return status 200 content-type text/plain string "$PAGE"'],
    ['a file', 'http-request return status 200 content-type text/plain file /etc/page.html'],
    ['a condition', `http-request deny if { hdr(string) ${long} }`],
    ['another action', `http-request set-header string ${long}`],
  ])('not %s', (_, line) => {
    expect(branchesOf(rule, listen(line))).toEqual([]);
  });

  test('a reserve that a variable decides', () => {
    expect(branchesOf(rule, ['global', 'tune.bufsize "$SIZE"', ...listen(page(20_000))])).toEqual([]);
  });
});

describe('shared-sessions', () => {
  const rule = 'shared-sessions';
  const CA = 'ca-file /ca.pem';
  const binds = (...options: string[]) =>
    listen(...options.map((more, i) => `bind :844${i} ssl crt /site.pem ${more}`));

  test('a listener that asks for a certificate beside one that does not', () => {
    const lines = binds('', `${CA} verify required`);
    expect(said(rule, '3.0', lines)).toEqual([
      "5 a session of ':8440' is resumed here without the client certificate that this line asks for; add 'tune.ssl.cachesize 0' to 'global', or 'ssl-min-ver TLSv1.3' to the line",
    ]);
    expect(branchesOf(rule, lines)).toEqual(upTo('3.1'));
  });

  test('over several sections', () => {
    const lines = [
      ...binds(`${CA} verify required`),
      'frontend f',
      'bind :1 ssl crt /a.pem verify optional ca-file /b',
    ];
    expect(said(rule, '2.8', lines).map((text) => text.split(';')[0])).toEqual([
      "4 a session of ':1' is resumed here without the client certificate that this line asks for",
      "6 a session of ':8440' is resumed here without the client certificate that this line asks for",
    ]);
  });

  test.each([
    ['one listener', binds(`${CA} verify required`)],
    ['a listener without TLS', [...binds(`${CA} verify required`), 'bind :80']],
    ['two addresses of a line', listen(`bind :8443,:8444 ssl crt /site.pem ${CA} verify required`)],
    ['options that a variable brings', binds(`"\${MORE[*]}"`, `${CA} verify required`)],
    [
      'a cache that a variable decides',
      ['global', 'tune.ssl.cachesize "$SIZE"', ...binds('', `${CA} verify required`)],
    ],
    ['QUIC', [...binds(`${CA} verify required`), 'bind quic4@:443 ssl crt /site.pem alpn h3']],
    ['TLS 1.3 alone', binds('', `${CA} verify required force-tlsv13`)],
  ])('not %s', (_, lines) => {
    expect(branchesOf(rule, lines)).toEqual([]);
  });

  test('a cache of another size', () => {
    const lines = ['global', 'tune.ssl.cachesize 20000', ...binds('', `${CA} verify required`)];
    expect(branchesOf(rule, lines)).toEqual(upTo('3.1'));
  });
});

describe('forgeable-header', () => {
  const rule = 'forgeable-header';
  const SET = 'http-request set-header X-Client-DN %{+Q}[ssl_c_s_dn]';
  const USED = '{ ssl_c_used }';

  test('a header under a condition', () => {
    const lines = listen(`${SET} if ${USED}`);
    expect(said(rule, '3.2', lines)).toEqual([
      "4 where the condition does not hold, 'X-Client-DN' of a client's request passes; add 'http-request del-header X-Client-DN' above this line",
    ]);
    expect(branchesOf(rule, lines)).toEqual(ALL);
  });

  test('a header beside that of the client', () => {
    const lines = listen('http-request add-header X-Cert %[ssl_c_der,base64]');
    expect(said(rule, '3.2', lines)).toEqual([
      "4 'X-Cert' of a client's request stays beside the one that this line adds; add 'http-request del-header X-Cert' above this line",
    ]);
    expect(branchesOf(rule, lines)).toEqual(ALL);
  });

  test.each([
    ['another acl denies', ['acl bad path /x', 'http-request deny if bad', `${SET} if ${USED}`]],
    ['a rule below denies', [`${SET} if ${USED}`, `http-request deny unless ${USED}`]],
    [
      'one of two listeners requires a certificate',
      ['bind :1 ssl crt /a verify required ca-file /b', 'bind :2', `${SET} if ${USED}`],
    ],
    [
      'another condition covers the rest',
      [`${SET} if ${USED}`, 'http-request set-header X-Client-DN none unless { path /x }'],
    ],
    ['a response has it removed', ['http-response del-header X-Client-DN', `${SET} if ${USED}`]],
  ])('also where %s', (_, lines) => {
    expect(said(rule, '3.2', listen(...lines))).toHaveLength(1);
  });

  test.each([
    ['a header that is always set', [SET]],
    ['a header that is removed', ['http-request del-header x-client-dn', `${SET} if ${USED}`]],
    ['a header that a pattern may remove', ['http-request del-header ^X-Client- -m reg', `${SET} if ${USED}`]],
    [
      'a header that an acl denies',
      ['acl forged req.hdr(X-Client-DN) -m found', 'http-request deny if forged', `${SET} if ${USED}`],
    ],
    [
      'clients without a certificate that are denied',
      ['acl known ssl_c_used', 'http-request deny if !known', `${SET} if known`],
    ],
    ['a listener that requires a certificate', ['bind :1 ssl crt /a verify required ca-file /b', `${SET} if ${USED}`]],
    ['both cases', [`${SET} if ${USED}`, `http-request set-header X-Client-DN none if !${USED}`]],
    ['an old rule for headers', ['reqidel ^X-Client-DN:', `${SET} if ${USED}`]],
    ['another sample', ['http-request set-header X-Path %[path] if { path /a }']],
    ['a response', ['http-response set-header X-Client-DN %{+Q}[ssl_c_s_dn] if { ssl_c_used }']],
  ])('not %s', (_, lines) => {
    expect(branchesOf(rule, listen(...lines))).toEqual([]);
  });

  test('not where the frontend removes it for its backend', () => {
    const frontend = ['frontend f', 'mode http', 'http-request del-header X-Client-DN', 'default_backend b'];
    expect(branchesOf(rule, [...frontend, 'backend b', 'mode http', `${SET} if ${USED}`])).toEqual([]);
  });
});

describe('clear-check', () => {
  const rule = 'clear-check';
  const server = (options: string, ...lines: string[]) =>
    listen(...lines, `server s 10.0.0.1:443 ssl verify none ${options}`);

  test('a check with a port of its own', () => {
    const lines = server('check port 443');
    expect(said(rule, '3.2', lines)).toEqual([
      "4 the health check of '10.0.0.1' goes to a port of TLS in clear text; add 'check-ssl'",
    ]);
    expect(branchesOf(rule, lines)).toEqual(ALL);
  });

  test.each([
    ['a relative port of the server', listen('server s 10.0.0.1:+0 ssl verify none check port 443')],
    ['no port of the server', listen('server s 10.0.0.1 ssl verify none check port 443')],
    ['an address of its own', server('check addr 10.0.0.2')],
    ['TCP mode', ['defaults', 'mode tcp', 'listen l', 'server s 10.0.0.1:8443 ssl verify none check port 8443']],
  ])('%s', (_, lines) => {
    expect(branchesOf(rule, lines)).toEqual(ALL);
  });

  test.each([
    ['a check with TLS', server('check port 443 check-ssl')],
    ['a check in clear text by intent', server('check port 443 no-check-ssl')],
    ['a check of another port', server('check port 8404')],
    ['a check of the server itself', server('check')],
    ['no check', server('port 443')],
    ['a server without TLS', listen('server s 10.0.0.1:80 check port 80')],
    ['a check that connects itself', server('check port 443', 'option tcp-check', 'tcp-check connect ssl')],
    ['a hello of TLS', server('check port 443', 'option ssl-hello-chk')],
  ])('not %s', (_, lines) => {
    expect(branchesOf(rule, lines)).toEqual([]);
  });
});
