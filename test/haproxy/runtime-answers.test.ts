import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { slotName } from '../../lib/contract/probe';
import { type AnswerFormat, AnswerStream, readAnswer, UnexpectedAnswer } from '../../lib/haproxy/runtime-api/answer';
import { INFO } from '../../lib/haproxy/runtime-api/info';
import { RESOLVERS } from '../../lib/haproxy/runtime-api/resolvers';
import { SERVERS_STATE } from '../../lib/haproxy/runtime-api/servers-state';
import { sessionsOf } from '../../lib/haproxy/runtime-api/stat';

/** What the `.0` release of each branch answered over its socket, byte for byte. */
function captured(branch: string, command: string): string {
  return readFileSync(path.join(__dirname, '../fixtures/runtime-api', branch, `${command}.txt`), 'utf8');
}

const BRANCHES = ['1.6', '1.7', '1.8', '2.0', '2.2', '2.4', '2.6', '2.8', '3.0', '3.2', '3.4'];
/** Slots of the captured answers, and one that no process has, so that the whole table is read. */
const WANTED = new Set(['be/s1', 'be/web1', 'be/web2', 'upstream/elb1', 'no/such']);
const FORMATS: readonly AnswerFormat<unknown>[] = [INFO, SERVERS_STATE, sessionsOf(WANTED), RESOLVERS];

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
    expect(readAnswer(INFO, captured(branch, 'show_info'))).toEqual({ version, uptimeSeconds });
  });

  test.each([
    ['2.6.12-1+deb12u4', '2.6.12'],
    ['3.4-dev2-5a1e5a7', '3.4'],
    ['3.2.26-1', '3.2.26'],
  ])('release %s is %s', (printed, version) => {
    expect(readAnswer(INFO, `Name: HAProxy\nVersion: ${printed}\nUptime_sec: 7\n\n`)).toEqual({
      version,
      uptimeSeconds: 7,
    });
  });

  test.each([
    ['', undefined],
    ['Nbproc: 1\nProcess_num: 1\n', undefined],
    ['Nbproc: 2\nProcess_num: 1\n', 2],
  ])('%j: the number of processes, if there are more than one', (lines, processes) => {
    const answer = `Name: HAProxy\nVersion: 2.2.9\n${lines}Uptime_sec: 7\n\n`;
    expect(readAnswer(INFO, answer).processes).toBe(processes);
  });

  test('a generated configuration names its branch, another one has another description', () => {
    const madeFor = (description: string) =>
      readAnswer(INFO, `Name: HAProxy\nVersion: 3.2.0\nUptime_sec: 7\ndescription: ${description}\n\n`).madeFor;
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
    ['Version: 3.2.0\nUptime_sec: 7\n\n', "'show info' was answered with 'Version: 3.2.0'"],
    ['Name: HAProxy\nVersion: 3.2.0\nUptime_sec: 7\n', "'show info' was answered with 'Name: HAProxy'"],
    [`${'x'.repeat(100)}\n`, `'show info' was answered with '${'x'.repeat(80)}'`],
  ])('%j is none', (answer, message) => {
    expect(() => readAnswer(INFO, answer)).toThrow(new Error(message));
  });
});

describe('show servers state', () => {
  const slot = (name: string, address?: string, fqdn?: string, checked = true, backend = 'be') => {
    return { backend, name, address, fqdn, checked };
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
    const read = readAnswer(SERVERS_STATE, captured(branch, 'show_servers_state'));
    expect(read).toMatchObject(slots);
    expect(read).toHaveLength(slots.length);
    // They have been there since the start, a few seconds before.
    expect(read.filter(({ changedSeconds }) => changedSeconds === undefined || changedSeconds > 5)).toEqual([]);
  });

  const HEADER = captured('3.2', 'show_servers_state').split('\n').slice(0, 2).join('\n');
  const row = (address: string, admin: number, check: number, { operation = 2, weight = 1, seconds = '5' } = {}) =>
    `3 be 1 s1 ${address} ${operation} ${admin} ${weight} 1 ${seconds} 6 3 4 ${check} 0 0 0 a.test 80 - 0 0 - - 0\n`;
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
    expect(readAnswer(SERVERS_STATE, state(line))[0]).toMatchObject({ name: 's1', address });
  });

  test.each([
    [0, false],
    [2, false],
    [4, true],
    [6, true],
    [14, true],
  ])('check state %d: checked %s', (check, checked) => {
    expect(readAnswer(SERVERS_STATE, state(row('10.0.0.1', 0, check)))[0]!.checked).toBe(checked);
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
    expect(readAnswer(SERVERS_STATE, state(row('10.0.0.1', admin, 6)))[0]!.out).toBe(out);
  });

  test.each([
    ['running', row('10.0.0.1', 0, 6), undefined],
    ['starting slowly', row('10.0.0.1', 0, 6, { operation: 1 }), undefined],
    ['down by its health check', row('10.0.0.1', 0, 6, { operation: 0 }), true],
    ['draining, and down', row('10.0.0.1', 8, 6, { operation: 0 }), true],
    ['in maintenance, which is no matter of its health', row('10.0.0.1', 1, 6, { operation: 0 }), undefined],
    ['without an address, which is no matter of its health', row('-', 32, 6, { operation: 0 }), undefined],
  ])('%s', (_, line, down) => {
    expect(readAnswer(SERVERS_STATE, state(line))[0]!.down).toBe(down);
  });

  test.each([
    [0, true],
    [1, undefined],
    [100, undefined],
  ])('weight %d', (weight, weightless) => {
    expect(readAnswer(SERVERS_STATE, state(row('10.0.0.1', 0, 6, { weight })))[0]!.weightless).toBe(weightless);
  });

  test.each([
    ['0', 0],
    ['86400', 86_400],
    ['-1', undefined],
    ['soon', undefined],
  ])('changed %s seconds ago', (seconds, changedSeconds) => {
    expect(readAnswer(SERVERS_STATE, state(row('10.0.0.1', 0, 6, { seconds })))[0]!.changedSeconds).toBe(
      changedSeconds,
    );
  });

  test('0.0.0.0 without a name is a slot of mode per-request', () => {
    const perRequest = row('0.0.0.0', 0, 6).replace('a.test', '-');
    const [slot] = readAnswer(SERVERS_STATE, state(perRequest));
    expect(slot).toMatchObject({ address: undefined, fqdn: undefined, perRequest: true });
    for (const other of [row('0.0.0.0', 0, 6), row('0.0.0.0', 32, 6).replace('a.test', '-'), row('-', 0, 6)]) {
      expect(readAnswer(SERVERS_STATE, state(other))[0]!.perRequest).toBeUndefined();
    }
  });

  test('a process without servers has no slots', () => {
    expect(readAnswer(SERVERS_STATE, state())).toEqual([]);
  });

  test.each([
    ['', "'show servers state' was answered with nothing"],
    ['\n', "'show servers state' was answered with nothing"],
    ["Can't find backend.\n\n", "'show servers state' was answered with 'Can't find backend.'"],
    [state().replace('1\n', '2\n'), "'show servers state' was answered with '2'"],
    [state().replace('srv_addr', 'srv_address'), "'show servers state' was answered with '1'"],
    [state().replace('1\n', ''), `'show servers state' was answered with '${HEADER.slice(2, 82)}'`],
    [state(`${row('10.0.0.1', 0, 6).trim()} ${'x'.repeat(4096)}\n`), "'show servers state' was answered with '1'"],
  ])('%j is none', (answer, message) => {
    expect(() => readAnswer(SERVERS_STATE, answer)).toThrow(new Error(message));
  });
});

describe('show resolvers', () => {
  test.each([
    ['1.8', { sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } }],
    ['2.0', { sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } }],
    ['2.2', { sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } }],
    ['2.4', { sent: 24, valid: 8, failures: { any_err: 8, nx: 8 } }],
  ])('of %s', (branch, counters) => {
    expect(readAnswer(RESOLVERS, captured(branch, 'show_resolvers'))).toEqual([{ section: 'r', ...counters }]);
  });

  test.each(['2.6', '2.8', '3.0', '3.2'])('of %s, which adds its own section, which is not used', (branch) => {
    expect(readAnswer(RESOLVERS, captured(branch, 'show_resolvers'))).toEqual([
      { section: 'r', sent: 30, valid: 10, failures: { any_err: 10, nx: 10 } },
      { section: 'default', sent: 0, valid: 0, failures: {} },
    ]);
  });

  test('of 3.4, which asks for one family only where the machine has one', () => {
    expect(readAnswer(RESOLVERS, captured('3.4', 'show_resolvers'))).toEqual([
      { section: 'r', sent: 14, valid: 10, failures: { nx: 4 } },
      { section: 'default', sent: 0, valid: 0, failures: {} },
    ]);
  });

  test('of 1.6, where the command is another', () => {
    expect(readAnswer(RESOLVERS, captured('1.6', 'show_stat_resolvers'))).toEqual([
      { section: 'r', sent: 3, valid: 3, failures: {} },
    ]);
  });

  test('the name servers of a section are added up', () => {
    const server = (name: string, sent: number) =>
      ` nameserver ${name}:\n  sent:        ${sent}\n  valid:       3\n  timeout:     ${sent - 3}\n`;
    const answer = `Resolvers section dns\n${server('dns1', 5)}${server('dns2', 6)}\nResolvers section other\n${server('dns1', 7)}\n`;
    expect(readAnswer(RESOLVERS, answer)).toEqual([
      { section: 'dns', sent: 11, valid: 6, failures: { timeout: 5 } },
      { section: 'other', sent: 7, valid: 3, failures: { timeout: 4 } },
    ]);
  });

  test('a section without name servers has sent nothing', () => {
    expect(readAnswer(RESOLVERS, 'Resolvers section empty\n\n')).toEqual([
      { section: 'empty', sent: 0, valid: 0, failures: {} },
    ]);
  });

  test('a process without sections has none', () => {
    expect(readAnswer(RESOLVERS, 'No resolvers found\n\n')).toEqual([]);
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
    expect(() => readAnswer(RESOLVERS, answer)).toThrow(new Error(message));
  });
});

describe('show stat', () => {
  test.each(BRANCHES)('of %s: the current sessions of each server of the state, and of no frontend', (branch) => {
    const slots = readAnswer(SERVERS_STATE, captured(branch, 'show_servers_state'));
    const names = slots.map(slotName);
    const sessions = readAnswer(sessionsOf(new Set([...names, 'fe/FRONTEND'])), captured(branch, 'show_stat'));
    expect(names.map((name) => sessions.get(name))).toEqual(slots.map(() => 0));
  });

  test('the rest is not read when all slots are found', () => {
    const stream = new AnswerStream(sessionsOf(new Set(['be/a', 'be/c'])));
    expect(stream.push('# pxname,svname,qcur,scur,\nbe,a,0,1,\nbe,b,0,2,\nbe,')).toBe(false);
    expect(stream.push('c,0,3,\nbe,d,0')).toBe(true);
    expect(stream.end()).toEqual(
      new Map([
        ['be/a', 1],
        ['be/c', 3],
      ]),
    );
  });

  test('a slot that is not there is not found, whatever else the table has', () => {
    const answer = '# pxname,svname,qcur,scur,\nbe,a,0,1,\nbe,BACKEND,0,1,\n\n';
    expect(readAnswer(sessionsOf(new Set(['be/a', 'be/gone'])), answer)).toEqual(new Map([['be/a', 1]]));
  });

  test('a row may be longer than what is kept of it', () => {
    const answer = `# pxname,svname,qcur,scur,\nbe,a,0,1,${'x'.repeat(10_000)}\nbe,BACKEND,0,1,\n\n`;
    expect(readAnswer(sessionsOf(new Set(['be/a', 'be/gone'])), answer)).toEqual(new Map([['be/a', 1]]));
  });

  test.each([
    ['1.6', 4],
    ['2.3', 9],
  ])('the column is found by its name (%s)', (_, before) => {
    const names = ['pxname', 'svname', ...Array.from({ length: before }, () => '-'), 'scur', 'last_chk'];
    const row = ['upstream', 'elb1', ...Array.from({ length: before }, () => '7'), '12', '"a, b"'];
    expect(readAnswer(sessionsOf(WANTED), `# ${names.join(',')},\n${row.join(',')},\n\n`)).toEqual(
      new Map([['upstream/elb1', 12]]),
    );
  });

  test.each([
    ['', "'show stat' was answered with nothing"],
    ['Permission denied\n\n', "'show stat' was answered with 'Permission denied'"],
    ['# pxname,svname,qcur\nbe,s1,0\n\n', "'show stat' was answered with '# pxname,svname,qcur'"],
    ['# pxname,svname,scur\nbe,s1,1', "'show stat' was answered with '# pxname,svname,scur'"],
  ])('%j is none', (answer, message) => {
    expect(() => readAnswer(sessionsOf(WANTED), answer)).toThrow(new Error(message));
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
  const whole = FORMATS.flatMap(({ command }) =>
    BRANCHES.filter((branch) => branch !== '1.6' && branch !== '1.7').map((branch) =>
      captured(branch, command.replaceAll(' ', '_')),
    ),
  );
  const answers = fc.oneof(
    fc.string(),
    fc.constantFrom(...whole),
    fc.array(fc.oneof(lines, fc.string()), { maxLength: 12 }).map((parts) => parts.join('\n')),
  );
  /** What comes out, or the text of the error. */
  const outcome = (read: () => unknown) => {
    try {
      return { read: read() };
    } catch (error) {
      expect(error).toBeInstanceOf(UnexpectedAnswer);
      return { refused: (error as Error).message };
    }
  };

  test.each(FORMATS)('$command', (format) => {
    fc.assert(
      fc.property(answers, (answer) => {
        const { read, refused } = outcome(() => readAnswer(format, answer));
        if (refused === undefined) {
          expect(read).toBeDefined();
        } else {
          expect(refused).toMatch(new RegExp(`^'${format.command}' was answered with (nothing|'.{1,80}')$`));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each(FORMATS)('$command in parts, cut at any byte, is what it is as a whole', (format) => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat(), { maxLength: 6 }), (answer, cuts) => {
        const places = [...new Set(cuts.map((cut) => cut % (answer.length + 1)))].sort((a, b) => a - b);
        const parts = [...places, answer.length].map((to, i) => answer.slice(i === 0 ? 0 : places[i - 1], to));
        const inParts = outcome(() => {
          const stream = new AnswerStream(format);
          for (const part of parts) {
            stream.push(part);
          }
          return stream.end();
        });
        expect(inParts).toEqual(outcome(() => readAnswer(format, answer)));
      }),
      { numRuns: 500 },
    );
  });

  test.each(FORMATS)('a real answer to $command, cut at each of its bytes', (format) => {
    const answer = captured('3.2', format.command.replaceAll(' ', '_'));
    const expected = readAnswer(format, answer);
    for (let at = 0; at <= answer.length; at += 1) {
      const stream = new AnswerStream(format);
      stream.push(answer.slice(0, at));
      stream.push(answer.slice(at));
      expect(stream.end()).toEqual(expected);
    }
  });

  test.each(FORMATS)('a real answer to $command that ends early is refused', (format) => {
    const answer = captured('3.2', format.command.replaceAll(' ', '_'));
    for (let length = 0; length < answer.length - 1; length += 1) {
      expect(() => readAnswer(format, answer.slice(0, length))).toThrow(UnexpectedAnswer);
    }
  });
});

test('what is kept of an answer does not grow with it', () => {
  const stream = new AnswerStream(INFO);
  stream.push('Name: HAProxy\nVersion: 3.2.0\nUptime_sec: 7\n');
  const part = 'x'.repeat(1024 * 1024);
  const before = process.memoryUsage().heapUsed;
  for (let parts = 0; parts < 200; parts += 1) {
    stream.push(part);
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50 * 1024 * 1024);
  stream.push('\n\n');
  expect(stream.end()).toMatchObject({ version: '3.2.0', uptimeSeconds: 7 });
});
