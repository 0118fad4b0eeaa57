import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint, lintFiles } from '../../lint';
import { availableBinaries, haproxyCheck } from '../support/binaries';

const at = (findings: ReturnType<typeof lint>) =>
  findings
    .filter(({ rule }) => rule !== 'end-of-life')
    .map(({ line, column, severity, rule, message }) => `${line}:${column} ${severity} ${rule} ${message}`);
const on = (branch: string, ...lines: string[]) => at(lint(`${lines.join('\n')}\n`, HaproxyVersion.of(branch)));

const FRONT = [
  'defaults',
  ' timeout client 5s',
  ' timeout server 5s',
  ' timeout connect 5s',
  'listen l',
  ' bind :8080',
];
const NEVER = "error unresolved-name 'elb.test' is resolved at the start and never again: the line has no 'resolvers'";
const SERVER = ' server s elb.test:80';

describe('a variable that the file itself sets', () => {
  const set = (...lines: string[]) =>
    on('3.2', 'global', ...lines.map((line) => ` ${line}`), ...FRONT, ` server s "\${ELB}:80"`).map((text) =>
      text.split(' ').slice(1).join(' '),
    );
  const PERHAPS = `warning unresolved-name '\${ELB}' is resolved at the start and never again, if it is a name: the line has no 'resolvers'`;

  test('has its value on the lines below', () => {
    expect(set('setenv ELB elb.test')).toEqual([NEVER]);
    expect(set('setenv NAME elb', `setenv ELB "\${NAME}.test"`)).toEqual([NEVER]);
    expect(set('setenv ELB 10.0.0.1')).toEqual([]);
  });

  test.each([
    ['presetenv ELB elb.test'],
    ['setenv ELB elb.test', 'unsetenv ELB'],
    ['setenv ELB elb.test', 'resetenv PATH'],
    [`setenv ELB "\${UNKNOWN}"`],
    ['.if defined(ANYTHING)', 'setenv ELB elb.test', '.endif'],
    ['setenv ELB 10.0.0.1', '.if defined(ANYTHING)', 'setenv ELB elb.test', '.endif'],
  ])('is left open where something else may have changed it: %s', (...lines) => {
    expect(set(...lines)).toEqual([PERHAPS]);
  });

  test.each(availableBinaries().filter(({ branch }) => branch !== '1.6'))('as HAProxy $version takes it', (binary) => {
    const config = (mode: string) =>
      `global\n setenv MODE ${mode}\ndefaults\n mode "\${MODE}"\n timeout client 5s\n timeout connect 5s\n timeout server 5s\n`;
    for (const mode of ['tcp', 'nonsense']) {
      const text = `${config(mode)}listen l\n bind 127.0.0.1:8080\n`;
      const errors = lint(text, HaproxyVersion.of(binary.branch)).filter(({ severity }) => severity === 'error');
      expect([errors.length > 0, mode]).toEqual([haproxyCheck(binary, text).status !== 0, mode]);
    }
  });
});

describe('a condition decides what is read', () => {
  test.each([
    ['version_before(3.0)', '2.8', true],
    ['version_before(3.0)', '3.0', false],
    ['version_atleast(3)', '3.0', true],
    ['version_atleast(3)', '2.9', false],
    ['!version_atleast(3.0)', '2.8', true],
    ['version_atleast(2.6) && version_before(3.0)', '2.8', true],
    ['version_atleast(2.6) && version_before(3.0)', '3.2', false],
    ['0 || (streq(a,a) && strneq(a,b))', '3.2', true],
    ['strstr(haproxy,prox) && !1', '3.2', false],
    ['version_atleast(2.4.5)', '2.8', true],
    ['0 && defined(ANYTHING)', '3.2', false],
    ['version_atleast(2.4) ignored', '2.4', true],
    ['', '3.2', false],
  ])('.if %s, on %s: %s', (condition, branch, read) => {
    const block = (body: string) => on(branch, ...FRONT, `.if ${condition}`, body, '.endif');
    expect(block(SERVER)).toEqual(read ? [`8:11 ${NEVER}`] : []);
    expect(block(' nonsense')).toHaveLength(read ? 1 : 0);
  });

  test('of `.elif` and `.else` one block is read', () => {
    const lines = [
      ...FRONT,
      '.if version_atleast(3.0)',
      ' a',
      '.elif version_atleast(2.6)',
      ' b',
      '.else',
      ' c',
      '.endif',
    ];
    const found = ['3.2', '2.8', '2.4'].map((branch) => on(branch, ...lines).map((text) => text.split(' ')[0]));
    expect(found).toEqual([['8:2'], ['10:2'], ['12:2']]);
  });

  test('a release decides where the branch does not', () => {
    const lines = [...FRONT, '.if version_atleast(2.4.5)', ' nonsense', '.endif', ''].join('\n');
    const found = ['2.4.4', '2.4.5', '2.4'].map((release) => at(lint(lines, HaproxyVersion.of(release))));
    expect(found.map(({ length }) => length)).toEqual([0, 1, 0]);
  });

  test('what is known only at the start is no claim about the language, and still has to be right', () => {
    const lines = [...FRONT, '.if defined(OTHER)', ' nonsense', SERVER, '.else', ' server t elb.test:80', '.endif'];
    expect(on('3.2', ...lines)).toEqual([`9:11 ${NEVER}`, `11:11 ${NEVER}`]);
  });

  test('a section under such a condition can be referred to, and lines after its block have no certain section', () => {
    const lines = ['.if feature(PCRE2)', 'backend b', ' nonsense', '.endif', ' more nonsense', ...FRONT];
    expect(on('3.2', ...lines, ' default_backend b')).toEqual([]);
    expect(on('3.2', ...lines, ' default_backend c')).toEqual([
      "12:18 error unknown-reference the backend 'c' does not exist",
    ]);
  });

  test.each([
    ['2.4', '!1'],
    ['3.2', 'true'],
    ['3.2', '1 2'],
    ['3.2', '(1'],
    ['3.2', 'nothing(1)'],
    ['3.2', '1 &&'],
  ])('on %s `%s` is not a condition', (branch, text) => {
    expect(on(branch, ...FRONT, `.if ${text}`, '.endif')).toEqual([`7:1 error bad-line '${text}' is not a condition`]);
  });

  test('before 2.4 there are no conditions', () => {
    expect(on('2.3', ...FRONT, '.if 0', '.endif')).toEqual([
      "7:1 error unknown-directive '.if' is unknown in a 'listen' section",
      "8:1 error unknown-directive '.endif' is unknown in a 'listen' section",
    ]);
  });
});

describe('an environment variable', () => {
  test.each([`"\${UPSTREAM}:80"`, '"$UPSTREAM"', `"elb-\${REGION}.test:80"`, `"\${UPSTREAM-elb.test}:80"`])(
    'may hold a name: %s',
    (address) => {
      const host = address.replace(/"|:80/g, '');
      expect(on('3.2', ...FRONT, ` server s ${address}`)).toEqual([
        `7:11 warning unresolved-name '${host}' is resolved at the start and never again, if it is a name: the line has no 'resolvers'`,
      ]);
    },
  );

  test('that is resolved does hold one', () => {
    expect(
      on(
        '1.7',
        ...FRONT,
        ` server s "\${UPSTREAM}:80" resolvers dns init-addr none`,
        'resolvers dns',
        ' nameserver d 10.0.0.2:53',
      ),
    ).toEqual([
      `7:11 error unresolved-name '\${UPSTREAM}' is never resolved again: HAProxy 1.7 resolves a name only when a health check runs, and the line has no 'check'`,
    ]);
  });

  test('may contain several words', () => {
    expect(on('3.2', ...FRONT, ` server s elb.test:80 "\${OPTIONS[*]}"`)).toEqual([]);
  });

  test('is nothing in single quotes or without quotes', () => {
    expect(on('3.2', ...FRONT, ` log-tag '\${TAG}'`, ` log-tag \${TAG}`)).toEqual([]);
  });

  test.each([` maxconn "\${MAX}"`, ' timeout queue "$TIME"', ` mode "\${MODE}"`, ` balance "\${BALANCE}"`])(
    'can be any value: %s',
    (line) => {
      expect(on('3.2', ...FRONT, line)).toEqual([]);
    },
  );
});

test('a mode that comes from the environment: nothing is claimed that hinges on it', () => {
  const lines = (mode: string) => [
    'defaults',
    ` mode ${mode}`,
    ' timeout client 5s',
    ' timeout server 5s',
    ' timeout connect 5s',
    'frontend f',
    ' bind :8080',
    ' mode http',
    ' default_backend b',
    'backend b',
    ' cookie ID insert',
    ' http-request deny if FALSE',
    ' server s 10.0.0.1:80 cookie s',
  ];
  expect(on('3.2', ...lines(`"\${MODE}"`))).toEqual([]);
  expect(on('3.2', ...lines('tcp'))).toHaveLength(4);
});

describe('several files are one configuration', () => {
  const lintAll = (branch: string, ...texts: string[]) =>
    lintFiles(
      texts.map((text, i) => ({ name: `${i}.cfg`, text })),
      HaproxyVersion.of(branch),
    ).map(at);
  const DEFAULTS = 'defaults base\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n';
  const FRONTEND = 'frontend f\n bind :8080\n default_backend b\n';
  const BACKEND = 'backend b\n server s 10.0.0.1:80\n';

  test('what one lacks another has, in any order', () => {
    expect(lintAll('3.2', DEFAULTS, FRONTEND, BACKEND)).toEqual([[], [], []]);
    expect(lintAll('3.2', DEFAULTS, FRONTEND)[1]).toEqual([
      "3:18 error unknown-reference the backend 'b' does not exist",
    ]);
  });

  test('defaults count for the files behind them alone', () => {
    expect(lintAll('3.2', FRONTEND, BACKEND, DEFAULTS)).toEqual([
      ["1:10 warning incomplete frontend 'f' lacks 'timeout client'"],
      ["1:9 warning incomplete backend 'b' lacks 'timeout connect', 'timeout server'"],
      [],
    ]);
  });

  test('resolvers of another file are looked at', () => {
    const [, found] = lintAll(
      '3.2',
      `${DEFAULTS}listen l\n bind :8080\n server-template s 4 elb.test:80 check resolvers dns init-addr none\n`,
      'resolvers dns\n nameserver d 10.0.0.2:53\n accepted_payload_size 8192\n',
    );
    expect(found).toEqual([
      "1:1 warning hold-obsolete resolvers 'dns' drops an address that is missing in one answer: 'hold obsolete' is 0 by default",
    ]);
  });

  test('a message about another line names its file', () => {
    expect(lintAll('3.2', DEFAULTS + FRONTEND + BACKEND, BACKEND)[1]).toEqual([
      "1:9 error duplicate-name backend 'b' has the same name as backend 'b' of line 8 of 0.cfg",
    ]);
  });

  test('each begins with its own section, and ends its conditions', () => {
    expect(lintAll('3.2', `${DEFAULTS}.if 1\n`, ` mode http\n.endif\n${FRONTEND}${BACKEND}`)).toEqual([
      ["5:1 error bad-line '.if' has no '.endif'"],
      ["1:2 error bad-line 'mode' is before the first section", "2:1 error bad-line '.endif' has no '.if'"],
    ]);
  });

  test('what is about the version is reported once', () => {
    const found = lintFiles(
      [DEFAULTS, FRONTEND].map((text) => ({ name: 'x', text })),
      HaproxyVersion.V1_7,
    );
    expect(found.map((all) => all.filter(({ rule }) => rule === 'end-of-life').length)).toEqual([1, 0]);
  });
});
