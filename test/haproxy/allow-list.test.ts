import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RUNTIME_COMMANDS, type RuntimeCommand } from '../../lib/haproxy/runtime-api/commands';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { DnsServer } from '../../testbed/dns-server';
import { availableBinaries, isDeaf } from '../support/binaries';
import { converse } from '../support/converse';
import { type GuardedHaproxy, startGuarded } from '../support/guarded-haproxy';

const { info: INFO, serversState: STATE, stat: STAT, resolvers: RESOLVERS } = RUNTIME_COMMANDS;

const ask = ({ network }: GuardedHaproxy, command: RuntimeCommand) => converse(network, [`${command}\n`, 'half-close']);

let folder: string;
let dns: DnsServer;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'allow-list-'));
  dns = new DnsServer();
  dns.set('elb.test', ['127.0.0.1']);
  dns.set('localhost', ['127.0.0.1']);
});

afterAll(async () => {
  await dns.close();
  rmSync(folder, { recursive: true });
});

describe.each(availableBinaries())('HAProxy $version', (binary) => {
  let running: GuardedHaproxy;

  beforeAll(async () => {
    running = await startGuarded(binary, { folder, dns });
  });

  afterAll(() => running.haproxy.stop());

  if (isDeaf(binary)) {
    test('answers nothing, as its warning announces', async () => {
      expect(await ask(running, INFO)).toBe('');
    });
    return;
  }

  test("answers the checker's commands", async () => {
    expect(await ask(running, INFO)).toMatch(`\nVersion: ${binary.version}`);
    expect(await ask(running, STATE)).toMatch(/^1\n# be_id be_name .*\n\d+ upstream 1 elb1 /);
    expect(await ask(running, STAT)).toMatch(/^# pxname,svname,.*\n(.*\n)*upstream,elb1,/);
    const { showResolvers } = HaproxyVersion.of(binary.branch)._capabilities;
    expect(await ask(running, RESOLVERS)).toMatch(
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
      'show stat\n',
      'show stat resolvers\n',
      'show stat typed;quit\n',
      'show servers state upstream\n',
      '\n',
    ];
    const answers = await Promise.all(
      refused.map(async (line) => [line, await converse(running.network, [line, 'half-close'])]),
    );
    expect(answers).toEqual(refused.map((line) => [line, '']));
  });

  test('closes the connection of a client that only waits, without a byte', async () => {
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
