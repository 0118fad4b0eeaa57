import fc from 'fast-check';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint as lintAll } from '../../lint';
import { MEANING_RULES, VERSION_RULES } from '../../lint/rules';

/** Without what the language allows: language.test.ts is about that. */
function lint(text: string, version: HaproxyVersion) {
  const about = [...MEANING_RULES, ...VERSION_RULES].map(({ id }) => id);
  return lintAll(text, version).filter(({ rule }) => about.includes(rule));
}

/** Errors of a configuration, as `line:column rule message`. */
function errors(branch: string, ...lines: string[]): string[] {
  return lint(lines.join('\n'), HaproxyVersion.of(branch))
    .filter(({ severity }) => severity === 'error')
    .map(({ line, column, rule, message }) => `${line}:${column} ${rule} ${message}`);
}

const RESOLVERS = ['resolvers dns', '    nameserver dns1 169.254.169.253:53'];

describe('the file that brought a real service down', () => {
  const FILE = `${RESOLVERS.join('\n')}

listen balancer
    bind *:80
    server next-balancer upstream:80 resolvers dns
`;

  test.each(['1.6', '1.7'])('is an error for %s', (branch) => {
    expect(lint(FILE, HaproxyVersion.of(branch)).filter(({ severity }) => severity === 'error')).toEqual([
      {
        rule: 'unresolved-name',
        severity: 'error',
        line: 6,
        column: 26,
        length: 11,
        message: `'upstream' is never resolved again: HAProxy ${branch} resolves a name only when a health check runs, and the line has no 'check'`,
        help: "add 'check addr 127.0.0.1 port LIVENESS_PORT inter 5s fall 17280', with a port on which this HAProxy itself answers",
      },
    ]);
  });

  test.each(['1.8', '2.4', '3.4'])('is none for %s, which resolves without a check', (branch) => {
    expect(errors(branch, FILE)).toEqual([]);
  });
});

describe('unresolved-name', () => {
  const NEVER = (name: string) =>
    `unresolved-name '${name}' is resolved at the start and never again: the line has no 'resolvers'`;

  test.each([
    ['server s1 elb.example.com:80', '4:15', 'elb.example.com'],
    ['server s1 elb.example.com', '4:15', 'elb.example.com'],
    ['server s1 ipv4@elb.example.com:80 check', '4:15', 'elb.example.com'],
    ['  server "s 1" "elb.example.com:80"', '4:20', 'elb.example.com'],
    ['server-template elb 4 elb.example.com:80 check', '4:27', 'elb.example.com'],
  ])('%s', (line, at, name) => {
    expect(errors('3.2', ...RESOLVERS, 'backend b', `    ${line}`)).toEqual([`${at} ${NEVER(name)}`]);
    expect(errors('3.2', ...RESOLVERS, 'backend b', `    ${line} resolvers dns`)).toEqual([]);
  });

  test.each([
    'server s1 10.0.0.1:80',
    'server s1 10.0.0.1',
    'server s1 ipv4@10.0.0.1:80',
    'server s1 [::1]:80',
    'server s1 ::1:80',
    'server s1 ipv6@fd00::1:80',
    'server s1 /run/app.sock',
    'server s1 unix@/run/app.sock',
    'server s1 abns@app',
    `server s1 "\${UPSTREAM}:80"`,
    '# server s1 elb.example.com:80',
    'server s1',
  ])('no name to resolve: %s', (line) => {
    expect(errors('3.2', 'backend b', `    ${line}`)).toEqual([]);
  });

  test.each(['server s1 *:80', 'server s1 :80', 'server s1 tcp4@10.0.0.1:80', 'server s1 uxst@/run/app.sock'])(
    'no name to resolve either: %s',
    (line) => {
      expect(errors('3.2', 'backend b', `    ${line}`)).toEqual([]);
    },
  );

  test('what to do about it depends on the branch', () => {
    const helps = ['1.7', '1.8'].map(
      (branch) => lint('backend b\n server s a.test:80', HaproxyVersion.of(branch)).at(-1)?.help,
    );
    expect(helps).toEqual([
      "add a resolvers section, and 'resolvers NAME' and 'check' to this line",
      "add a resolvers section, and 'resolvers NAME' to this line",
    ]);
  });

  test('from 1.8 on the section and its defaults can have the setting of the server', () => {
    const server = '    server s1 elb.test:80 check';
    const says = '    default-server resolvers dns';
    for (const config of [
      ['backend b', says, server],
      ['defaults', says, 'backend b', server],
      ['listen a', says, 'defaults', says, 'listen b', server],
    ]) {
      expect(errors('1.8', ...RESOLVERS, ...config)).toEqual([]);
      const at = RESOLVERS.length + config.length;
      expect(errors('1.7', ...RESOLVERS, ...config)).toEqual([`${at}:15 ${NEVER('elb.test')}`]);
    }
  });

  test('another section, earlier defaults and a frontend cannot', () => {
    const server = '    server s1 elb.test:80 check';
    const says = '    default-server resolvers dns';
    for (const config of [
      ['backend a', says, 'backend b', server],
      ['defaults', says, 'defaults', 'backend b', server],
      ['backend b', server, 'defaults', says],
    ]) {
      expect(errors('3.2', ...config)).toEqual([`${config.indexOf(server) + 1}:15 ${NEVER('elb.test')}`]);
    }
  });

  test('a default-server below a server does not apply to it', () => {
    expect(errors('3.2', 'backend b', '    server s1 elb.test:80', '    default-server resolvers dns')).toEqual([
      `2:15 ${NEVER('elb.test')}`,
    ]);
  });

  test('`from` names the defaults', () => {
    const lines = [
      'defaults follows',
      '    default-server resolvers dns',
      'defaults other',
      '    mode http',
      'backend b from follows',
      '    server s1 elb.test:80',
      'backend c from other',
      '    server s1 elb.test:80',
    ];
    expect(errors('3.2', ...lines)).toEqual([`8:15 ${NEVER('elb.test')}`]);
  });
});

describe('a check that 1.6 and 1.7 ride on', () => {
  const never = (why: string) =>
    `4:15 unresolved-name 'elb.test' is never resolved again: HAProxy 1.7 resolves a name only when a health check runs, and ${why}`;
  const on = (branch: string, ...words: string[]) =>
    errors(
      branch,
      ...RESOLVERS,
      'backend b',
      `    server s1 elb.test:80 resolvers dns${words.map((w) => ` ${w}`).join('')}`,
    );

  test('is there or not', () => {
    expect(on('1.7', 'check')).toEqual([]);
    expect(on('1.7')).toEqual([never("the line has no 'check'")]);
  });

  test('is stopped by `disabled`, which is no matter from 1.8 on', () => {
    expect(on('1.7', 'check', 'disabled')).toEqual([never("'disabled' stops the check of the line")]);
    expect(on('1.8', 'check', 'disabled')).toEqual([]);
  });

  test('is not inherited from a default-server line', () => {
    const inherited = ['backend b', '    default-server check inter 5s', '    server s1 elb.test:80 resolvers dns'];
    expect(errors('1.7', ...RESOLVERS, ...inherited)).toEqual([
      never("the line has no 'check'").replace('4:15', '5:15'),
    ]);
  });
});

describe('state-file', () => {
  test.each(['global', 'local'])('`load-server-state-from-file %s` beside resolvers', (from) => {
    const line = `    load-server-state-from-file ${from}`;
    const hit = '4:5 state-file a state file together with resolvers: a reload restores old addresses';
    expect(errors('3.2', ...RESOLVERS, 'backend b', line)).toEqual([hit]);
    expect(errors('3.2', ...RESOLVERS, 'defaults', line)).toEqual([hit]);
    expect(errors('3.2', 'backend b', line)).toEqual([]);
  });

  test('`none` is not a state file', () => {
    expect(errors('3.2', ...RESOLVERS, 'backend b', '    load-server-state-from-file none')).toEqual([]);
  });
});

describe('socket-tls', () => {
  test.each([
    ['ssl crt /etc/cert.pem', 'ssl', 37],
    ['crt /etc/cert.pem', 'crt', 37],
    ['level user verify required', 'verify', 48],
    ['ca-file /etc/ca.pem', 'ca-file', 37],
  ])('stats socket … %s', (words, word, column) => {
    expect(errors('3.2', 'global', `    stats socket unix@/run/api.sock ${words}`)).toEqual([
      `2:${column} socket-tls '${word}' on a 'stats socket' line is ignored: the socket speaks clear text`,
    ]);
  });

  test('a socket without them', () => {
    expect(errors('3.2', 'global', '    stats socket /run/ssl mode 600 level admin', '    stats timeout 30s')).toEqual(
      [],
    );
  });
});

describe('exposed-socket', () => {
  test.each([
    ['*:9999 level admin', 'admin', '3.4'],
    [':9999 level operator', 'operator', '3.4'],
    ['ipv4@10.0.0.1:9999', 'operator', '3.4'],
    ['0.0.0.0:9999 level user', 'user', '3.2'],
    ['[::]:9999 level user', 'user', '1.6'],
  ])('stats socket %s: level %s, for %s', (words, level, branch) => {
    const address = words.split(' ')[0];
    expect(errors(branch, 'global', `    stats socket ${words}`)).toEqual([
      `2:18 exposed-socket the runtime API at level ${level} is open to the network on '${address}'`,
    ]);
  });

  test.each([
    ['/run/api.sock level admin', '1.6'],
    ['unix@/run/api.sock', '1.6'],
    ['abns@api level operator', '3.4'],
    ['fd@3 level admin', '3.4'],
    ['127.0.0.1:9999 level admin', '3.4'],
    ['ipv4@127.0.0.2:9999', '3.4'],
    ['[::1]:9999 level admin', '3.4'],
    ['localhost:9999 level admin', '3.4'],
    ['*:9999 level user', '3.3'],
  ])('stats socket %s is not for %s', (words, branch) => {
    expect(errors(branch, 'global', `    stats socket ${words}`)).toEqual([]);
  });
});

describe('all findings', () => {
  test('about the version come first, the others in the order of the text', () => {
    const config =
      'global\n stats socket :1 ssl\nbackend b\n server s a.test:80\n load-server-state-from-file global\nresolvers d';
    const found = lint(config, HaproxyVersion.of('1.9.0'));
    expect(found.map(({ line, column, rule, severity }) => `${line}:${column} ${severity} ${rule}`)).toEqual([
      '1:1 warning end-of-life',
      '1:1 warning faulty-release',
      '2:15 error exposed-socket',
      '2:18 error socket-tls',
      '4:11 error unresolved-name',
      '5:2 error state-file',
    ]);
  });

  test('are none for an empty file', () => {
    expect(lint('', HaproxyVersion.V3_2)).toEqual([]);
  });

  test('any text can be looked at', () => {
    const word = fc.constantFrom(
      ...'backend defaults server s a.test:80 check stats socket global level : [ ] "'.split(' '),
    );
    const text = fc.array(fc.oneof(word, fc.constantFrom(' ', '\n'), fc.string())).map((parts) => parts.join(' '));
    fc.assert(fc.property(text, (config) => Array.isArray(lint(config, HaproxyVersion.V1_6))));
  });

  test('come up too when a line is cut off after any of its words', () => {
    const lines = [
      'defaults named',
      '    timeout http-keep-alive 75s',
      '    default-server inter 5s init-addr libc',
      ...RESOLVERS,
      '    hold obsolete 5s',
      '    timeout resolve 10s',
      '    accepted_payload_size 512',
      'global',
      '    stats socket :1 level user',
      'frontend f',
      '    bind :80',
      'backend b from named',
      '    load-server-state-from-file global',
      '    option httpchk GET / HTTP/1.1',
      '    http-check send hdr Host a',
      '    server s a.test:80 check ssl verify required resolvers dns init-addr libc',
      '    server-template s 1-4 a.test:80 check resolvers dns pool-purge-delay 60s',
    ];
    const failed = lines.flatMap((line, at) =>
      line
        .trim()
        .split(' ')
        .map((_, words, all) => all.slice(0, words).join(' '))
        .filter((cut) => {
          try {
            const config = [...lines.slice(0, at), cut, ...lines.slice(at + 1)].join('\n');
            return !['1.7', '1.8', '3.2'].every((branch) => Array.isArray(lint(config, HaproxyVersion.of(branch))));
          } catch {
            return true;
          }
        }),
    );
    expect(failed).toEqual([]);
  });

  test('are the same with line ends of Windows', () => {
    const config = 'backend b\n server s a.test:80\n';
    expect(lint(config.replaceAll('\n', '\r\n'), HaproxyVersion.V3_2)).toEqual(lint(config, HaproxyVersion.V3_2));
  });
});
