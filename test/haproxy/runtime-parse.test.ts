import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  parseInfo,
  parseResolvers,
  parseServersState,
  parseSessions,
  UnexpectedAnswer,
} from '../../lib/haproxy/runtime-api/parse';

/** What the `.0` release of each branch answered over its socket, byte for byte. */
function captured(branch: string, command: string): string {
  return readFileSync(path.join(__dirname, '../fixtures/runtime-api', branch, `${command}.txt`), 'utf8');
}

const BRANCHES = ['1.6', '1.7', '1.8', '2.0', '2.2', '2.4', '2.6', '2.8', '3.0', '3.2', '3.4'];
const PARSERS = [
  ['show info', parseInfo],
  ['show servers state', parseServersState],
  ['show stat', parseSessions],
  ['show resolvers', parseResolvers],
] as const;

describe('show info', () => {
  test.each([
    ['1.6', '1.6.0', 4],
    ['1.7', '1.7.0', 5],
    ['1.8', '1.8.0', 4],
    ['2.0', '2.0.0', 4],
    ['2.2', '2.2.0', 4],
    ['2.4', '2.4.0', 3],
    ['2.6', '2.6.0', 4],
    ['2.8', '2.8.0', 4],
    ['3.0', '3.0.0', 4],
    ['3.2', '3.2.0', 4],
    ['3.4', '3.4.0', 4],
  ])('of %s: release %s, up for %d s', (branch, version, uptimeSeconds) => {
    expect(parseInfo(captured(branch, 'show_info'))).toEqual({ version, uptimeSeconds });
  });

  test.each([
    ['2.6.12-1+deb12u4', '2.6.12'],
    ['3.4-dev2-5a1e5a7', '3.4'],
    ['3.2.26-1', '3.2.26'],
  ])('release %s is %s', (printed, version) => {
    expect(parseInfo(`Name: HAProxy\nVersion: ${printed}\nUptime_sec: 7\n`)).toEqual({ version, uptimeSeconds: 7 });
  });

  test('a generated configuration names its branch, another one has another description', () => {
    const madeFor = (description: string) =>
      parseInfo(`Name: HAProxy\nVersion: 3.2.0\nUptime_sec: 7\ndescription: ${description}\n`).madeFor;
    expect(madeFor('configuration for HAProxy 2.8')).toBe('2.8');
    expect(madeFor('configuration for HAProxy 2.8 of the shop')).toBeUndefined();
    expect(madeFor('')).toBeUndefined();
  });

  test.each([
    ['', "'show info' was answered with nothing"],
    ['\n\n', "'show info' was answered with nothing"],
    ['Permission denied\n\n', "'show info' was answered with 'Permission denied'"],
    ['HTTP/1.1 400 Bad request\r\nVersion: x\r\n', "'show info' was answered with 'HTTP/1.1 400 Bad request'"],
    ['Name: HAProxy\nVersion: 3.2.0\n', "'show info' was answered with 'Name: HAProxy'"],
    ['Name: HAProxy\nVersion: 3.2.0\nUptime_sec:\n', "'show info' was answered with 'Name: HAProxy'"],
    ['Name: HAProxy\nVersion: 3.2.0\nUptime_sec: soon\n', "'show info' was answered with 'Name: HAProxy'"],
    ['Name: HAProxy\nUptime_sec: 7\n', "'show info' was answered with 'Name: HAProxy'"],
    [`${'x'.repeat(100)}\n`, `'show info' was answered with '${'x'.repeat(80)}'`],
  ])('%j is none', (answer, message) => {
    expect(() => parseInfo(answer)).toThrow(new Error(message));
  });
});

describe('show servers state', () => {
  const slot = (name: string, address?: string, fqdn?: string, checked = true, backend = 'be') => {
    return { backend, name, address, fqdn, checked, out: undefined, perRequest: undefined };
  };
  /** A server and a template of four for a name with two addresses, and a name that does not resolve. */
  const following = (web1: string, web2: string) => [
    slot('s1', '127.0.0.3', 'norm.test'),
    slot('web1', web1, 'two.test'),
    slot('web2', web2, 'two.test'),
    slot('web3', undefined, 'two.test'),
    slot('web4', undefined, 'two.test'),
    slot('down', undefined, 'bad.test'),
  ];
  const [A, B] = ['127.0.0.11', '127.0.0.12'];

  test.each([
    ['1.6 does not show names', '1.6', [slot('s1', '127.0.0.3')]],
    ['1.7 writes 0.0.0.0 where there is no address', '1.7', [slot('s1', '127.0.0.3'), slot('down')]],
    ['1.8 leaves the field empty where there is no address', '1.8', following(A, B)],
    ['2.0', '2.0', following(A, B)],
    ['2.2', '2.2', following(A, B)],
    [
      '2.4, with servers that are not checked, and one with a fixed address',
      '2.4',
      [
        slot('s1', '127.0.0.3', 'norm.test'),
        slot('static', '127.0.0.3', undefined, false),
        ...following(A, B).slice(1),
        slot('nores', '127.0.0.3', 'norm.test', false, 'be2'),
      ],
    ],
    ['2.6', '2.6', following(B, A)],
    ['2.8', '2.8', following(B, A)],
    ['3.0', '3.0', following(B, A)],
    ['3.2', '3.2', following(B, A)],
    ['3.4', '3.4', following(B, A)],
  ])('%s', (_, branch, slots) => {
    expect(parseServersState(captured(branch, 'show_servers_state'))).toEqual(slots);
  });

  const HEADER = captured('3.2', 'show_servers_state').split('\n').slice(0, 2).join('\n');
  const row = (address: string, admin: number, check: number) =>
    `3 be 1 s1 ${address} 2 ${admin} 1 1 5 6 3 4 ${check} 0 0 0 a.test 80 - 0 0 - - 0\n`;
  const state = (...rows: string[]) => `${HEADER}\n${rows.join('')}\n`;

  test.each([
    ['an address of IPv6', row('fd00::11', 0, 6), 'fd00::11'],
    ['the name was changed manually', row('10.0.0.1', 64, 6), '10.0.0.1'],
    ['in maintenance manually', row('10.0.0.1', 1, 6), '10.0.0.1'],
    ['an old address of a slot that DNS has taken out', row('10.0.0.1', 32, 6), undefined],
    ['an old address of a slot that DNS has taken out, its name changed', row('10.0.0.1', 96, 6), undefined],
    ['no address of IPv6', row('::', 0, 6), undefined],
    ['0.0.0.0 of a slot that 3.0.0 still shows as up', row('0.0.0.0', 0, 6), undefined],
  ])('%s', (_, line, address) => {
    expect(parseServersState(state(line))[0]).toMatchObject({ name: 's1', address });
  });

  test.each([
    [0, false],
    [2, false],
    [4, true],
    [6, true],
    [14, true],
  ])('check state %d: checked %s', (check, checked) => {
    expect(parseServersState(state(row('10.0.0.1', 0, check)))[0]!.checked).toBe(checked);
  });

  test.each([
    [0, undefined],
    [1, 'maintenance'],
    [2, 'maintenance'],
    [4, 'maintenance'],
    [8, 'draining'],
    [16, 'draining'],
    [9, 'maintenance'],
    [32, undefined],
    [64, undefined],
    [33, 'maintenance'],
  ])('admin state %d: its operator has put it into %s', (admin, out) => {
    expect(parseServersState(state(row('10.0.0.1', admin, 6)))[0]!.out).toBe(out);
  });

  test('0.0.0.0 without a name is a slot of mode per-request', () => {
    const perRequest = row('0.0.0.0', 0, 6).replace('a.test', '-');
    const [slot] = parseServersState(state(perRequest));
    expect(slot).toMatchObject({ address: undefined, fqdn: undefined, perRequest: true });
    for (const other of [row('0.0.0.0', 0, 6), row('0.0.0.0', 32, 6).replace('a.test', '-'), row('-', 0, 6)]) {
      expect(parseServersState(state(other))[0]!.perRequest).toBeUndefined();
    }
  });

  test('a process without servers has no slots', () => {
    expect(parseServersState(state())).toEqual([]);
  });

  test.each([
    ['', "'show servers state' was answered with nothing"],
    ['\n', "'show servers state' was answered with nothing"],
    ["Can't find backend.\n\n", "'show servers state' was answered with 'Can't find backend.'"],
    [state().replace('1\n', '2\n'), "'show servers state' was answered with '2'"],
    [state().replace('srv_addr', 'srv_address'), "'show servers state' was answered with '1'"],
    [state().replace('1\n', ''), `'show servers state' was answered with '${HEADER.slice(2, 82)}'`],
  ])('%j is none', (answer, message) => {
    expect(() => parseServersState(answer)).toThrow(new Error(message));
  });

  test('a truncated answer is refused: its last address may be incomplete', () => {
    const whole = captured('3.2', 'show_servers_state');
    for (let length = 0; length < whole.length - 1; length += 1) {
      expect(() => parseServersState(whole.slice(0, length))).toThrow(UnexpectedAnswer);
    }
  });
});

describe('show resolvers', () => {
  test.each([
    ['1.8', { sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } }],
    ['2.0', { sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } }],
    ['2.2', { sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } }],
    ['2.4', { sent: 24, valid: 8, failures: { any_err: 8, nx: 8 } }],
  ])('of %s', (branch, counters) => {
    expect(parseResolvers(captured(branch, 'show_resolvers'))).toEqual([{ section: 'r', ...counters }]);
  });

  test.each(['2.6', '2.8', '3.0', '3.2'])('of %s, which adds its own section, which is not used', (branch) => {
    expect(parseResolvers(captured(branch, 'show_resolvers'))).toEqual([
      { section: 'r', sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } },
      { section: 'default', sent: 0, valid: 0, failures: {} },
    ]);
  });

  test('of 3.4, which asks for one family only where the machine has one', () => {
    expect(parseResolvers(captured('3.4', 'show_resolvers'))).toEqual([
      { section: 'r', sent: 14, valid: 10, failures: { nx: 4 } },
      { section: 'default', sent: 0, valid: 0, failures: {} },
    ]);
  });

  test('of 1.6, where the command is another', () => {
    expect(parseResolvers(captured('1.6', 'show_stat_resolvers'))).toEqual([
      { section: 'r', sent: 3, valid: 3, failures: {} },
    ]);
  });

  test('the name servers of a section are added up', () => {
    const server = (name: string, sent: number) =>
      ` nameserver ${name}:\n  sent:        ${sent}\n  valid:       3\n  timeout:     ${sent - 3}\n`;
    const answer = `Resolvers section dns\n${server('dns1', 5)}${server('dns2', 6)}\nResolvers section other\n${server('dns1', 7)}\n`;
    expect(parseResolvers(answer)).toEqual([
      { section: 'dns', sent: 11, valid: 6, failures: { timeout: 5 } },
      { section: 'other', sent: 7, valid: 3, failures: { timeout: 4 } },
    ]);
  });

  test('a section without name servers has sent nothing', () => {
    expect(parseResolvers('Resolvers section empty\n\n')).toEqual([
      { section: 'empty', sent: 0, valid: 0, failures: {} },
    ]);
  });

  test('a process without sections has none', () => {
    expect(parseResolvers('No resolvers found\n\n')).toEqual([]);
  });

  test.each([
    ['', "'show resolvers' was answered with nothing"],
    ['\n', "'show resolvers' was answered with nothing"],
    ['Permission denied\n\n', "'show resolvers' was answered with 'Permission denied'"],
    [
      captured('1.7', 'show_resolvers'),
      "'show resolvers' was answered with 'Unknown command. Please enter one of the following commands only :'",
    ],
    [
      captured('1.6', 'show_resolvers'),
      "'show resolvers' was answered with 'Unknown command. Please enter one of the following commands only :'",
    ],
  ])('%j is none', (answer, message) => {
    expect(() => parseResolvers(answer)).toThrow(new Error(message));
  });
});

describe('show stat', () => {
  test.each(BRANCHES)('of %s: the current sessions of each server of the state, and of no frontend', (branch) => {
    const slots = parseServersState(captured(branch, 'show_servers_state'));
    const sessions = parseSessions(captured(branch, 'show_stat'));
    expect(slots.map(({ backend, name }) => sessions.get(`${backend}/${name}`))).toEqual(slots.map(() => 0));
  });

  test.each([
    ['1.6', 4],
    ['2.3', 9],
  ])('the column is found by its name (%s)', (_, before) => {
    const names = ['pxname', 'svname', ...Array.from({ length: before }, () => '-'), 'scur', 'last_chk'];
    const row = ['upstream', 'elb1', ...Array.from({ length: before }, () => '7'), '12', '"a, b"'];
    expect(parseSessions(`# ${names.join(',')},\n${row.join(',')},\n\n`)).toEqual(new Map([['upstream/elb1', 12]]));
  });

  test.each([
    ['', "'show stat' was answered with nothing"],
    ['Permission denied\n\n', "'show stat' was answered with 'Permission denied'"],
    ['# pxname,svname,qcur\nbe,s1,0\n\n', "'show stat' was answered with '# pxname,svname,qcur'"],
    ['# pxname,svname,scur\nbe,s1,1', "'show stat' was answered with '# pxname,svname,scur'"],
  ])('%j is none', (answer, message) => {
    expect(() => parseSessions(answer)).toThrow(new Error(message));
  });
});

describe('any text is read, or refused as an unexpected answer', () => {
  const lines = fc.constantFrom(
    ...BRANCHES.flatMap((branch) => captured(branch, 'show_servers_state').split('\n')),
    ...captured('3.4', 'show_info').split('\n'),
    ...captured('3.4', 'show_resolvers').split('\n'),
    ...captured('1.6', 'show_stat_resolvers').split('\n'),
    ...captured('3.4', 'show_stat').split('\n'),
    'Uptime_sec: -1e999',
    '  sent: 99999999999999999999',
  );
  const answers = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(lines, fc.string()), { maxLength: 12 }).map((parts) => parts.join('\n')),
  );

  test.each(PARSERS)('%s', (command, parse) => {
    fc.assert(
      fc.property(answers, (answer) => {
        try {
          expect(parse(answer)).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(UnexpectedAnswer);
          expect((error as Error).message).toMatch(new RegExp(`^'${command}' was answered with (nothing|'.{1,80}')$`));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
