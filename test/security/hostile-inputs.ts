import { RUNTIME_COMMANDS } from '../../lib/haproxy/runtime-api/commands';
import type { Step } from '../support/converse';

/** Inputs that an attacker who reaches the port may send. */
export interface HostileInput {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Objects of the process under attack, so that a line that came through would find its target. */
export interface Targets {
  readonly map: string;
  readonly table: string;
  readonly server: string;
  readonly frontend: string;
  readonly ticketKeys: string;
}

const LISTED: readonly string[] = Object.values(RUNTIME_COMMANDS);
const [INFO] = LISTED as [string];
/** The part of a listed line that HAProxy carries out. */
const READ = 'show info';

/** Everything that changes something, as a line that would work at level admin. */
export function writingLines({ map, table, server, frontend, ticketKeys }: Targets): string[] {
  const [backend] = server.split('/') as [string];
  return [
    `add map ${map} hostile x`,
    `set map ${map} canary-key x`,
    `del map ${map} canary-key`,
    `clear map ${map}`,
    'add map #0 hostile x',
    'clear map #0',
    'del map #0 canary-key',
    'prepare map #0',
    'commit map @1 #0',
    'add acl #0 hostile',
    'clear acl #0',
    'prepare acl #0',
    'clear counters',
    'clear counters all',
    `clear table ${table}`,
    `clear table ${table} key 192.0.2.99`,
    `set table ${table} key 192.0.2.66 data.gpc0 5`,
    `set weight ${server} 7`,
    `set server ${server} weight 50%`,
    `set server ${server} state maint`,
    `set server ${server} state drain`,
    `set server ${server} addr 127.0.0.66`,
    `set server ${server} addr 127.0.0.66 port 66`,
    `set server ${server} fqdn hostile.test`,
    `set server ${server} health down`,
    `set server ${server} agent down`,
    `set server ${server} ssl on`,
    `set maxconn server ${server} 3`,
    `disable server ${server}`,
    `disable health ${server}`,
    `disable agent ${server}`,
    `add server ${backend}/hostile 127.0.0.66:66`,
    `enable server ${server}`,
    `del server ${server}`,
    `disable frontend ${frontend}`,
    `shutdown frontend ${frontend}`,
    `set maxconn frontend ${frontend} 3`,
    'set maxconn global 11',
    'set rate-limit connections global 11',
    'set rate-limit sessions global 11',
    'set rate-limit ssl-sessions global 11',
    'set rate-limit http-compression global 11',
    'set timeout cli 3600',
    'set severity-output number',
    'set var proc.hostile str(x)',
    'set profiling tasks on',
    'set anon on',
    'set anon global-key 5',
    `set dynamic-cookie-key backend ${backend} x`,
    `enable dynamic-cookie backend ${backend}`,
    'shutdown session *',
    `shutdown sessions server ${server}`,
    `set ssl tls-key ${ticketKeys} AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
    `set ssl tls-key #0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
    'new ssl cert hostile.pem',
    'new ssl ca-file hostile.pem',
    'trace h1 start now',
    'trace 0',
    'debug dev exit 0',
    'debug dev panic',
    'debug dev close 1',
    'debug dev bug',
    'debug counters reset all',
    'httpclient GET http://127.0.0.1:1/',
    'reload',
    'operator',
    'user',
  ];
}

/** Commands that show more than the checker needs. */
const READING_LINES = [
  'show map',
  'show map #0',
  'show acl',
  'show acl #0',
  'show env',
  'show env CANARY',
  'show errors',
  'show sess',
  'show sess all',
  'show table',
  'show tls-keys',
  'show tls-keys *',
  'show tls-keys #0',
  'show ssl cert',
  'show ssl ca-file',
  'show cli sockets',
  'show cli level',
  'show fd',
  'show activity',
  'show pools',
  'show profiling',
  'show threads',
  'show tasks',
  'show libs',
  'show dev',
  'show version',
  'show startup-logs',
  'show events',
  'show peers',
  'show servers conn',
  'show backend',
  'show schema json',
  'show info json',
  'show info typed',
  'show stat typed',
  'show stat 1 4 -1',
  'show resolvers dns',
  'get var proc.hostile',
  'get map #0 canary-key',
  'get acl #0 x',
  'get weight upstream/elb1',
  'help',
  'dump stats-file',
];

/** What could end one command and begin another. */
const SEPARATORS = [
  ';',
  ' ; ',
  ';;',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '\0',
  '\x1a',
  '\x04',
  '\v',
  '\f',
  '\x85',
  '\u2028',
  '\\n',
  '\\;',
  '&&',
  '|',
  ' # \n',
  '\t;\t',
];

/** What could change how the rest of a line is read, or with which rights. */
const PREFIXES = [
  '@1 ',
  '@!1 ',
  '@@1 ',
  '@@',
  '@master ',
  '@0 ',
  '@1;',
  'expert-mode on;',
  'expert-mode on ',
  'experimental-mode on;',
  'mcli-debug-mode on;',
  'prompt;',
  'prompt i;',
  'prompt n;',
  'prompt p;',
  'prompt timed;',
  'help;',
  ';',
  '#',
  '-',
  '!',
  '$(',
  '`',
  'level admin;',
  '<<\n',
];

/** A listed line that is not quite one. */
const ALMOST: readonly ((line: string) => string | Buffer)[] = [
  (line) => ` ${line}\n`,
  (line) => `${line} \n`,
  (line) => `\t${line}\n`,
  (line) => `${line}\t\n`,
  (line) => `${line}\r\n`,
  (line) => `\n${line}\n`,
  (line) => `\r\n${line}\n`,
  (line) => `${line}\0\n`,
  (line) => `\0${line}\n`,
  (line) => `${line}\n\n`,
  (line) => `${line};\n`,
  (line) => `;${line}\n`,
  (line) => line.replace(';quit', '\n'),
  (line) => line.replace(';', '; ').concat('\n'),
  (line) => line.replace(';', '\\;').concat('\n'),
  (line) => line.replace(' ', '  ').concat('\n'),
  (line) => line.replace(' ', '\t').concat('\n'),
  (line) => line.replace(' ', '\u00a0').concat('\n'),
  (line) => line.replace(' ', '\\ ').concat('\n'),
  (line) => line.replace('o', '\u043e').concat('\n'),
  (line) => line.replace('s', '\uff53').concat('\n'),
  (line) => `\ufeff${line}\n`,
  (line) => `${line}\u200b\n`,
  (line) => `"${line}"\n`,
  (line) => `'${line}'\n`,
  (line) => `${line.toUpperCase()}\n`,
  (line) => `${line.replace('show', 'sho')}\n`,
  (line) => `${line} <<\npayload\n\n`,
  (line) => `${line.replace(';', ' <<;')}\npayload\n\n`,
  (line) => Buffer.from(`${line}\n`, 'utf16le'),
  (line) => Buffer.concat([Buffer.from([0xc1, 0xb3]), Buffer.from(`${line.slice(1)}\n`)]),
  (line) => Buffer.from(Array.from(`${line}\n`, (char) => char.charCodeAt(0) | 0x80)),
];

/** The beginning of a genuine ClientHello. */
const CLIENT_HELLO = Buffer.concat([Buffer.from('160301007a010000760303', 'hex'), Buffer.alloc(0x73, 0x5a)]);
const PROXY_V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000c7f0000017f00000104d21f90', 'hex');

/** Other protocols, and bytes of none. */
const FOREIGN: Readonly<Record<string, string | Buffer>> = {
  'a TLS handshake': CLIENT_HELLO,
  'a TLS handshake with a listed line in it': Buffer.concat([CLIENT_HELLO, Buffer.from(`${INFO}\n`)]),
  'a TLS alert': Buffer.from('15030100020100', 'hex'),
  'an SSLv2 handshake': Buffer.from('802e0100020015000000100100800300800600400400800200800500800700c0', 'hex'),
  'an HTTP request': 'GET /show%20map HTTP/1.1\r\nHost: a\r\n\r\n',
  'an HTTP request that carries a line': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n${INFO}\n`,
  'an HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a PROXY v1 header': `PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${INFO}\n`,
  'a PROXY v2 header': Buffer.concat([PROXY_V2, Buffer.from(`${INFO}\n`)]),
  'an AUTH of Redis': '*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n',
  'a telnet negotiation': Buffer.concat([Buffer.from('fffd03fffb18', 'hex'), Buffer.from(`${INFO}\n`)]),
  'an interrupt of telnet': Buffer.from('fff4fffd06', 'hex'),
  'zero bytes': Buffer.alloc(64),
  'bytes of 255': Buffer.alloc(64, 0xff),
  'a newline': '\n',
  'a blank': ' \n',
  'an end of transmission': '\x04',
  'every byte once': Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
};

/** Longer than HAProxy's buffer, its line of a command, or a time limit. */
const LONG: Readonly<Record<string, string>> = {
  'a line of 1,000 bytes': `${'a'.repeat(1000)}\n`,
  'a line as long as the buffer': `${'a'.repeat(16_383)}\n`,
  'a line longer than the buffer': `${'a'.repeat(70_000)}\n`,
  'a megabyte without a newline': 'a'.repeat(1_000_000),
  'a listed line after a megabyte of blanks': `${' '.repeat(1_000_000)}${INFO}\n`,
  'a listed line padded to the end of the buffer': `${INFO.replace(' ', ' '.repeat(16_000))}\n`,
  'ten thousand newlines': '\n'.repeat(10_000),
  'a thousand listed lines at once': `${INFO}\n`.repeat(1000),
  'a thousand semicolons': `show info${';'.repeat(1000)}quit\n`,
  'a thousand words': `show ${'x '.repeat(1000)}\n`,
};

const inputs = (of: string, lines: readonly string[]): HostileInput[] =>
  lines.map((line) => ({ name: `${of}: ${line}`, steps: [`${line}\n`, 'half-close'] }));

/** All of them. Those that only differ in a listed line are made for each. */
export function hostileInputs(targets: Targets): HostileInput[] {
  const writes = writingLines(targets);
  const [write, other] = [writes[0]!, `set weight ${targets.server} 7`];
  const named = (of: string, table: Readonly<Record<string, string | Buffer>>): HostileInput[] =>
    Object.entries(table).map(([name, bytes]) => ({ name: `${of}: ${name}`, steps: [bytes, 'half-close'] }));
  const shown = (text: string | Buffer) => JSON.stringify(text.toString('latin1').slice(0, 80));
  return [
    ...inputs('writes', writes),
    ...inputs('reads', READING_LINES),
    ...SEPARATORS.flatMap((separator) =>
      [`${READ}${separator}${write}\n`, `${INFO}${separator}${write}\n`, `${write}${separator}${INFO}\n`].map(
        (line) => ({
          name: `two in one: ${shown(line)}`,
          steps: [line, 'half-close' as const],
        }),
      ),
    ),
    ...PREFIXES.flatMap((prefix) => inputs('prefix', [`${prefix}${write}`, `${prefix}${READ}`])),
    ...LISTED.flatMap((line) =>
      ALMOST.map((change) => ({
        name: `almost: ${shown(change(line))}`,
        steps: [change(line), 'half-close' as const],
      })),
    ),
    ...named('foreign', FOREIGN),
    ...named('long', LONG),
    // A payload makes the lines that follow an argument.
    ...[`add map ${targets.map} <<\nhostile x\n`, `set map ${targets.map} <<EOF\nhostile x\nEOF\n`].map((text) => ({
      name: `payload: ${shown(text)}`,
      steps: [text, 'half-close' as const],
    })),
    // In parts, each its own packet.
    ...[write, other].flatMap((line): HostileInput[] => [
      { name: `byte by byte: ${line}`, steps: [...Array.from(`${line}\n`).flatMap((char) => [char, 1]), 'half-close'] },
      { name: `a listed line, then at once: ${line}`, steps: [`${INFO}\n`, `${line}\n`, 'half-close'] },
      { name: `a listed line, then in the next turn: ${line}`, steps: [`${INFO}\n`, 0, `${line}\n`, 'half-close'] },
      { name: `a listed line, then soon: ${line}`, steps: [`${INFO}\n`, 1, `${line}\n`, 'half-close'] },
      { name: `a listed line, then later: ${line}`, steps: [`${INFO}\n`, 60, `${line}\n`, 'half-close'] },
      { name: `its head, then: ${line}`, steps: [`${READ};`, 20, `${line}\n`, 'half-close'] },
      { name: `its head and a newline, then: ${line}`, steps: [READ, 20, `\n${line}\n`, 'half-close'] },
      { name: `all but its newline, then: ${line}`, steps: [INFO, 20, `;${line}\n`, 'half-close'] },
      { name: `never ended: ${line}`, steps: [line] },
      { name: `never ended, after a listed line without its newline: ${line}`, steps: [`${INFO};${line}`] },
    ]),
    { name: 'nothing', steps: ['half-close'] },
    { name: 'nothing, and it waits', steps: [] },
    { name: 'prompt, and it waits', steps: ['prompt\n', 100, `${write}\n`] },
    { name: 'prompt behind a listed line, and it waits', steps: [`${INFO}\nprompt\n`, 100, `${write}\n`] },
  ];
}
