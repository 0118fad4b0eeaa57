import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRuntime } from '../../../lambda/probe/runtime-client';
import { OutOfTime } from '../../../lib/contract/out-of-time';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { DnsServer } from '../../../testbed/dns-server';
import { HaproxyProcess } from '../../../testbed/haproxy-process';
import { startIdleProxy } from '../../../testbed/idle-proxy';
import { elbNameFor } from '../../../testbed/load-balancer';
import { anyBinary, availableBinaries } from '../../support/binaries';

describe('real HAProxy processes', () => {
  let dns: DnsServer;

  beforeAll(() => {
    dns = new DnsServer();
  });

  afterAll(() => dns.close());

  // test/haproxy/allow-list.test.ts shows the behaviour of a release with this fault.
  const deaf = /cannot connect to abstract sockets/;
  const readable = availableBinaries().filter(
    ({ version }) => !HaproxyVersion.of(version).warnings.some(({ message }) => deaf.test(message)),
  );

  test.each(readable)(
    '$version gives version, uptime, held addresses, sessions and queries',
    async (binary) => {
      const { autonomousResolution, showResolvers } = HaproxyVersion.of(binary.branch)._capabilities;
      dns.set(elbNameFor(binary), ['127.0.0.1']);
      const haproxy = await startIdleProxy(binary, await dns.listen());
      try {
        const { version, uptimeSeconds, slots, resolvers } = await readRuntime(haproxy.endpoint);
        const upstream = slots.filter(({ backend }) => backend === 'upstream');
        expect(version).toBe(binary.version);
        expect(uptimeSeconds).toBeGreaterThanOrEqual(0);
        expect(upstream.map(({ name, address, checked }) => [name, address, checked])).toEqual([
          ['elb1', '127.0.0.1', true],
          ...(autonomousResolution ? ['elb2', 'elb3'] : []).map((name) => [name, undefined, true]),
        ]);
        expect(upstream.map(({ sessions }) => sessions)).toEqual(upstream.map(() => 0));
        const used = resolvers?.filter(({ sent }) => sent > 0);
        expect(used).toEqual(
          showResolvers || binary.branch === '1.6'
            ? [{ section: 'dns', sent: expect.any(Number), valid: expect.any(Number), failures: {} }]
            : undefined,
        );
      } finally {
        await haproxy.stop();
      }
    },
    30_000,
  );

  test('a runtime API on a unix socket', async () => {
    const binary = anyBinary();
    const folder = mkdtempSync(join(tmpdir(), 'runtime-client-'));
    const socket = join(folder, 'haproxy.sock');
    const config = `global\n    stats socket ${socket} level user\ndefaults\n    mode tcp\n    timeout connect 5s
    timeout client 5s\n    timeout server 5s\nbackend b\n    server s 10.0.0.1:80\n`;
    const process = HaproxyProcess.of(binary, config);
    try {
      const read = async (): ReturnType<typeof readRuntime> =>
        readRuntime(`unix:${socket}`).catch((error) => {
          if (process.ended) {
            throw new Error(process.output);
          }
          return /^(no such socket|connection refused)$/.test(error.message)
            ? sleep(50).then(read)
            : Promise.reject(error);
        });
      expect(await read()).toMatchObject({
        version: binary.version,
        slots: [{ backend: 'b', name: 's', address: '10.0.0.1', checked: false }],
        resolvers: expect.not.arrayContaining([expect.objectContaining({ sent: expect.any(String) })]),
      });
    } finally {
      await process.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what is no runtime API', () => {
  let server: Server;
  const connections: Socket[] = [];

  /** A server that does something with each command that it is sent; the endpoint under which it is found. */
  async function serve(onCommand: (socket: Socket, command: string) => void): Promise<string> {
    server = createServer((socket) => {
      connections.push(socket);
      socket.on('error', () => {});
      socket.on('data', (command) => onCommand(socket, command.toString()));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Answers from a table; an unknown command is answered as HAProxy does. */
  const table = (answers: Record<string, string>) => (socket: Socket, command: string) => {
    socket.end(answers[command.trim()] ?? 'Unknown command. Please enter one of the following commands only :\n\n');
  };

  const INFO = 'Name: HAProxy\nVersion: 2.8.5-1\nUptime_sec: 100\n\n';
  const STATE = '1\n# be_id be_name srv_id srv_name srv_addr srv_admin_state srv_check_state\n3 b 1 s 10.0.0.1 0 6\n\n';

  afterEach(async () => {
    server.close();
    // After any failure, the client has closed its connections.
    await Promise.all(
      connections.splice(0).map((socket) => socket.closed || new Promise((closed) => socket.once('close', closed))),
    );
  });

  const flood = (socket: Socket) => {
    while (socket.write(Buffer.alloc(65_536, 'x'))) {}
    socket.once('drain', () => flood(socket));
  };

  const FAULTS: [what: string, onCommand: (socket: Socket, command: string) => void, message: string][] = [
    ['does not answer', () => {}, "no answer to 'show info;quit' within 3000 ms"],
    ['begins and never ends', (socket) => socket.write(INFO), "no answer to 'show info;quit' within 3000 ms"],
    ['answers without end', flood, "the answer to 'show info;quit' is larger than 65536 bytes"],
    ['closes at once', (socket) => socket.end(), "'show info' was answered with nothing"],
    ['resets', (socket) => socket.resetAndDestroy(), 'connection reset'],
    [
      'speaks HTTP',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
      "'show info' was answered with 'HTTP/1.1 400 Bad Request'",
    ],
    [
      'answers with a long line',
      (socket) => socket.end('x'.repeat(1000)),
      `'show info' was answered with '${'x'.repeat(80)}'`,
    ],
    ['speaks TLS', (socket) => socket.end('\x15\x03\x01\0\x02\x02\x46'), "'show info' was answered with '??????F'"],
    [
      'has no state of servers',
      table({ 'show info;quit': INFO, 'show servers state;quit': 'Permission denied\n\n' }),
      "'show servers state' was answered with 'Permission denied'",
    ],
    [
      'is cut off within an address',
      table({ 'show info;quit': INFO, 'show servers state;quit': STATE.slice(0, STATE.indexOf(' 0 6')) }),
      "'show servers state' was answered with '1'",
    ],
    [
      'has no resolvers',
      table({ 'show info;quit': INFO, 'show servers state;quit': STATE }),
      "'show resolvers' was answered with 'Unknown command. Please enter one of the following commands only :'",
    ],
  ];

  test.each(FAULTS)('one that %s', async (_what, onCommand, message) => {
    const endpoint = await serve(onCommand);
    await expect(readRuntime(endpoint)).rejects.toThrow(new Error(message));
  });

  test('a server with TLS: its answer is shown without control characters', async () => {
    const endpoint = await serve((socket) => socket.end('\x15\x03\x01\x00\x02\x02\x46\x1b[2J'));
    await expect(readRuntime(endpoint)).rejects.toThrow(/^'show info' was answered with '[\x20-\x7e]*F[\x20-\x7e]*'$/);
  });

  test('the time of the caller is over before it has answered', async () => {
    const endpoint = await serve(table({ 'show info;quit': INFO, 'show servers state;quit': STATE }));
    await expect(readRuntime(endpoint, { deadline: Date.now() - 1 })).rejects.toThrow(new OutOfTime());
    server.close();
    const silent = await serve(() => {});
    await expect(readRuntime(silent, { deadline: Date.now() + 100 })).rejects.toThrow(new OutOfTime());
  });

  test('no process listens', async () => {
    const endpoint = await serve(() => {});
    await new Promise((closed) => server.close(closed));
    await expect(readRuntime(endpoint)).rejects.toThrow(new Error('connection refused'));
  });

  test('an IPv6 address in brackets is an address and not a name', async () => {
    await serve(() => {});
    // A machine without IPv6 reports one of the others.
    await expect(readRuntime('[::1]:1')).rejects.toThrow(/^connection refused$|EADDRNOTAVAIL|EAFNOSUPPORT/);
  });

  test('a branch that is newer than this program is read as the newest known one', async () => {
    const resolvers = 'Resolvers section dns\n nameserver dns1:\n  sent:        7\n\n';
    const endpoint = await serve(
      table({
        'show info;quit': INFO.replace('2.8.5-1', '4.0.1'),
        'show servers state;quit': STATE,
        'show resolvers;quit': resolvers,
      }),
    );
    expect(await readRuntime(endpoint)).toMatchObject({
      version: '4.0.1',
      resolvers: [{ section: 'dns', sent: 7, valid: 0, failures: {} }],
      slots: [{ address: '10.0.0.1' }],
    });
  });
});
