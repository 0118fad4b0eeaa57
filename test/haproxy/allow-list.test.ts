import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises';
import type { HaproxyBinary } from '../../lab/binaries';
import { DnsServer } from '../../lab/dns-server';
import { HaproxyProcess } from '../../lab/haproxy-process';
import { freePorts } from '../../lab/ports';
import { ask } from '../../lambda/drift-checker/senses/runtime-client';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { RUNTIME_COMMANDS } from '../../lib/haproxy/runtime-commands';
import { HaproxyVersion } from '../../lib/haproxy/version';
import { availableBinaries } from '../support/binaries';

const { info: INFO, serversState: STATE, resolvers: RESOLVERS } = RUNTIME_COMMANDS;

/** What a client does: a text is one packet, a number is a pause in ms, `half-close` says that nothing more will come. */
type Step = string | number | 'half-close';

/** Does the steps, and gives everything that comes back until the other side closes. */
function converse(to: NetConnectOpts, steps: readonly Step[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to, allowHalfOpen: true });
    let answer = '';
    socket.setNoDelay(true).setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Who is rejected while still sending may see the connection reset.
      if (!['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) {
        reject(error);
      }
    });
    socket.on('close', () => resolve(answer));
    socket.on('connect', async () => {
      for (const step of steps) {
        if (typeof step === 'number') {
          await (step === 0 ? tick() : sleep(step));
        } else if (step === 'half-close') {
          socket.end();
        } else if (!socket.destroyed) {
          socket.write(step);
        }
      }
    });
  });
}

let folder: string;
let dns: DnsServer;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'allow-list-'));
  writeFileSync(path.join(folder, 'map'), '');
  dns = new DnsServer();
  dns.set('elb.test', ['127.0.0.1']);
  dns.set('localhost', ['127.0.0.1']);
});

afterAll(async () => {
  await dns.close();
  rmSync(folder, { recursive: true });
});

/**
 * A process with the generated configuration. To see side effects it has a map, which every branch before 3.3 lets a
 * client of level user change, and a socket of level admin.
 */
async function start(binary: HaproxyBinary) {
  const [listen, health, runtimeApi] = (await freePorts(3)).map((port) => ({ address: '127.0.0.1', port }));
  const version = HaproxyVersion.of(binary.branch);
  const dnsName = version.capabilities.initAddr ? 'elb.test' : 'localhost';
  const nameservers = [(await dns.listen()).address];
  const [map, admin] = [path.join(folder, 'map'), path.join(folder, `${binary.branch}.sock`)];
  const config = HaproxyConfig.render(version, {
    upstream: { dnsName, port: 80, slots: 2 },
    listen,
    health,
    runtimeApi,
    resolution: { nameservers },
  })
    .replace('\nglobal\n', `$&    stats socket ${admin} level admin\n`)
    .replace('    option forwardfor\n', `$&    http-request set-header X-Map %[path,map(${map})]\n`);
  const haproxy = HaproxyProcess.of(binary, config);
  const network = { host: '127.0.0.1', port: runtimeApi!.port };
  const administer = (command: string) => converse({ path: admin }, [`${command}\n`]);
  while (!(await administer('show info').catch(() => ''))) {
    if (haproxy.ended) {
      throw new Error(`HAProxy ${binary.version} does not start: ${haproxy.output}`);
    }
    await sleep(20);
  }
  return { haproxy, network, administer, endpoint: `127.0.0.1:${network.port}`, map };
}

/** Releases that cannot connect to an abstract socket, which their warning says. */
const DEAF = /cannot connect to abstract sockets/;
const isDeaf = ({ version }: HaproxyBinary) =>
  HaproxyVersion.of(version).warnings.some(({ message }) => DEAF.test(message));

describe.each(availableBinaries())('HAProxy $version', (binary) => {
  let running: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    running = await start(binary);
  });

  afterAll(() => running.haproxy.stop());

  if (isDeaf(binary)) {
    test('answers nothing, as its warning says', async () => {
      expect(await ask(running.endpoint, INFO)).toBe('');
    });
    return;
  }

  test("answers the checker's three commands", async () => {
    const { endpoint } = running;
    expect(await ask(endpoint, INFO)).toMatch(`\nVersion: ${binary.version}`);
    expect(await ask(endpoint, STATE)).toMatch(/^1\n# be_id be_name .*\n\d+ upstream 1 elb1 /);
    const { showResolvers } = HaproxyVersion.of(binary.branch).capabilities;
    expect(await ask(endpoint, RESOLVERS)).toMatch(
      showResolvers ? /^Resolvers section dns\n nameserver dns1:\n {2}sent: / : /^Unknown command/,
    );
  });

  test('answers a command that comes in two packets', async () => {
    const answer = await converse(running.network, [INFO.slice(0, 4), 100, `${INFO.slice(4)}\n`, 'half-close']);
    expect(answer).toMatch(`\nVersion: ${binary.version}`);
  });

  test('closes the connection without a byte on everything else', async () => {
    const refused = [
      'show map\n',
      `show map ${running.map}\n`,
      'show tls-keys\n',
      'set server upstream/elb1 state maint\n',
      'prompt\n',
      'show info;show map\n',
      `${INFO}\nshow map\n`,
      `${INFO}\n${INFO}\n`,
      `${INFO};show map\n`,
      ` ${INFO}\n`,
      `${INFO} \n`,
      `${INFO}\r\n`,
      `${INFO.toUpperCase()}\n`,
      'show info\n',
      'show info typed\n',
      'show servers state upstream\n',
      '\n',
    ];
    const answers = await Promise.all(
      refused.map(async (line) => [line, await converse(running.network, [line, 'half-close'])]),
    );
    expect(answers).toEqual(refused.map((line) => [line, '']));
  });

  test('closes the connection without a byte on who goes on waiting', async () => {
    const refused = ['show map\n', INFO, 'prompt\n', 'show info;show map\n', ''];
    const answers = await Promise.all(refused.map(async (line) => [line, await converse(running.network, [line])]));
    expect(answers).toEqual(refused.map((line) => [line, '']));
  });

  test('a second line has no effect, however soon it follows the first', async () => {
    const { administer, map, network } = running;
    const pauses: (number | undefined)[] = [undefined, 0, 0, 1];
    for (let i = 0; i < 120; i += 1) {
      const pause = pauses[i % pauses.length];
      const second = `add map ${map} key${i} x\n`;
      await converse(network, [`${INFO}\n`, ...(pause === undefined ? [] : [pause]), second, 5, 'half-close']);
    }
    await converse(network, [`${INFO}\n`, 300, `add map ${map} late x\n`, 'half-close']);
    expect((await administer(`show map ${map}`)).trim()).toBe('');

    // The same line has one when it comes through.
    await administer(`add map ${map} control x`);
    expect(await administer(`show map ${map}`)).toMatch(/^0x[0-9a-f]+ control x$/m);
  });
});
