import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';

/** A configuration in which a value reads like an option, and the findings of one rule. */
interface Row {
  readonly what: string;
  readonly rule: string;
  /** Lines of the proxy section. */
  readonly lines: readonly string[];
  /** The branches on which the rule has a finding, and those on which it has none. */
  readonly found?: readonly string[];
  readonly clean?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: 'a resolvers section called check makes no health check',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 resolvers check'],
    found: ['1.6', '1.7'],
    clean: ['1.8', '3.2'],
  },
  {
    what: 'a cookie called disabled stops no health check',
    rule: 'unresolved-name',
    lines: ['cookie NODE insert', 'server one elb.test:80 check resolvers dns cookie disabled'],
    clean: ['1.6', '1.7', '3.2'],
  },
  {
    what: 'a cookie called resolvers resolves nothing',
    rule: 'unresolved-name',
    lines: ['cookie NODE insert', 'server one elb.test:80 check init-addr none cookie resolvers'],
    found: ['1.7', '3.2'],
  },
  {
    what: 'a resolvers section called resolvers is one',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 check resolvers resolvers'],
    clean: ['1.6', '1.7', '3.2'],
  },
  {
    what: 'a server called check that is tracked is no health check',
    rule: 'unresolved-name',
    lines: ['server check 10.0.0.9:80 check', 'server one elb.test:80 resolvers dns track check'],
    found: ['1.6', '1.7'],
    clean: ['1.8', '3.2'],
  },
  {
    what: 'an interface called check is no health check',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 resolvers dns source 10.0.0.5 interface check'],
    found: ['1.6', '1.7'],
    clean: ['3.2'],
  },
  {
    what: 'a word in quotes is the value that it would be without them',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 resolvers dns cookie "check"'],
    found: ['1.6', '1.7'],
    clean: ['3.2'],
  },
  {
    what: 'an option in quotes is the option that it would be without them',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 "resolvers" dns \'check\''],
    clean: ['1.6', '1.7', '3.2'],
  },
  {
    what: 'a default-server line gives options to its servers, and not values',
    rule: 'unresolved-name',
    lines: ['default-server inter 5s cookie resolvers', 'server one elb.test:80 check'],
    found: ['1.8', '3.2'],
  },
  {
    what: 'the value of an option that the branch does not have is none either',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 resolvers dns check-sni check'],
    found: ['1.6', '1.7'],
  },
  {
    what: 'behind a word that the branch refuses the line is read on',
    rule: 'unresolved-name',
    lines: ['server one elb.test:80 nonsense resolvers dns cookie disabled check'],
    clean: ['1.6', '1.7', '3.2'],
  },
  {
    what: 'behind a variable the line is read on',
    rule: 'unresolved-name',
    lines: [`server one elb.test:80 "\${MORE}" verify "\${VERIFY}" cookie disabled check resolvers dns`],
    clean: ['1.6', '1.7', '3.2'],
  },
  {
    what: 'a cookie called init-addr lists no methods',
    rule: 'start-needs-dns',
    lines: ['server one elb.test:80 check resolvers dns init-addr none cookie init-addr'],
    clean: ['1.7', '3.2'],
  },
  {
    what: 'a resolvers section called none is no method',
    rule: 'start-needs-dns',
    lines: ['server one elb.test:80 check cookie init-addr resolvers none'],
    found: ['1.7', '3.2'],
  },
  {
    what: 'a cookie called ssl makes no TLS check',
    rule: 'check-without-sni',
    lines: ['server-template check 4 elb.test:80 check resolvers dns cookie ssl'],
    clean: ['1.8', '3.2'],
  },
  {
    what: 'a file called check-sni sends no server name',
    rule: 'check-without-sni',
    lines: ['server one elb.test:443 check resolvers dns ssl verify required ca-file check-sni'],
    found: ['1.8', '3.2'],
  },
  {
    what: 'a cookie called verify leaves the verification off',
    rule: 'check-without-sni',
    lines: ['server one elb.test:443 check resolvers dns ssl verify none cookie verify'],
    clean: ['1.8', '3.2'],
  },
  {
    what: 'a cookie called no-check leaves the check on',
    rule: 'check-without-host',
    lines: ['option httpchk GET /', 'server one elb.test:80 check resolvers dns cookie no-check'],
    found: ['1.7', '3.2'],
  },
  {
    what: 'a redirection to addr leaves the check at the address of the server',
    rule: 'check-without-host',
    lines: ['option httpchk GET /', 'server one elb.test:80 check resolvers dns redir addr'],
    found: ['1.7', '3.2'],
  },
  {
    what: 'a TLV called check makes no health check',
    rule: 'check-without-host',
    lines: [
      'option httpchk GET /',
      'server one elb.test:80 resolvers dns send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) check',
    ],
    clean: ['3.2'],
  },
  {
    what: 'a namespace called pool-purge-delay does not shorten it',
    rule: 'idle-time',
    lines: ['server one elb.test:80 check resolvers dns pool-purge-delay 2m namespace pool-purge-delay'],
    found: ['1.9', '3.2'],
  },
  {
    what: 'a cookie called pool-max-conn leaves the pool closed',
    rule: 'kept-connections',
    lines: ['mode http', 'server one elb.test:80 check resolvers dns pool-max-conn 0 cookie pool-max-conn'],
    clean: ['1.9', '2.8'],
  },
];

const NAMES = ['dns', 'check', 'none', 'resolvers'];

/** The findings of a rule, and whether they are those of the server line or of the check. */
function findings({ lines, rule }: Row, branch: string): string[] {
  const sections = NAMES.flatMap((name) => [`resolvers ${name}`, ' nameserver a 10.0.0.2:53']);
  const text = [...sections, 'listen web', ' bind :8080', ...lines.map((line) => ` ${line}`), ''].join('\n');
  return lint(text, HaproxyVersion.of(branch))
    .filter((finding) => finding.rule === rule)
    .map(({ line }) => text.split('\n')[line - 1]!.trim());
}

const cells = ROWS.flatMap((row) => [
  ...(row.found ?? []).map((branch) => ({ ...row, branch, row, expected: 1 })),
  ...(row.clean ?? []).map((branch) => ({ ...row, branch, row, expected: 0 })),
]);

test.each(cells)('$what: on $branch $expected of $rule', ({ row, branch, expected }) => {
  expect(findings(row, branch)).toHaveLength(expected);
});

describe('a peer, a name server and a stats socket', () => {
  test('with the name of an option is not an option of a server', () => {
    const lines = ['peers check', ' peer resolvers 10.0.0.1:1024', ' peer check elb.test:1024', 'resolvers dns'];
    const text = [...lines, ' nameserver check 10.0.0.2:53', 'listen web', ' bind :8080', ' server s elb.test:80', ''];
    const found = lint(text.join('\n'), HaproxyVersion.V3_2).filter(({ rule }) => rule === 'unresolved-name');
    expect(found.map(({ line }) => line)).toEqual([8]);
  });

  test.each(['user ssl', 'group verify', 'name crt'])('stats socket … %s has no TLS', (words) => {
    const text = `global\n stats socket /run/api.sock ${words} level admin\n`;
    expect(lint(text, HaproxyVersion.V3_2).filter(({ rule }) => rule === 'socket-tls')).toEqual([]);
  });

  test('a user called level is no level', () => {
    const text = 'global\n stats socket :9999 user level level user\n';
    expect(lint(text, HaproxyVersion.V3_4).filter(({ rule }) => rule === 'exposed-socket')).toEqual([]);
    expect(lint(text, HaproxyVersion.V3_2).map(({ message }) => message)).toContain(
      "the runtime API at level user is open to the network on ':9999'",
    );
  });
});
