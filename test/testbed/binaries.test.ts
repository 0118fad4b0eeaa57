import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireBinaries } from '../../testbed/binaries';
import { debianMirrors } from '../../testbed/binaries/apt';
import { parseVersion } from '../../testbed/binaries/version';

const MORE = 'give a haproxy in HAPROXY_BINARIES, or put one on PATH';

let folder: string;
const { PATH, HAPROXY_BINARIES } = process.env;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'binaries-'));
  process.env.PATH = path.join(folder, 'path');
});

afterEach(async () => {
  Object.assign(process.env, { PATH, HAPROXY_BINARIES: HAPROXY_BINARIES ?? '' });
  await rm(folder, { recursive: true });
});

/** A program that writes the lines, whatever it is asked. It needs nothing from PATH. */
async function program(name: string, ...lines: string[]): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, ['#!/bin/sh', ...lines.map((line) => `echo '${line}'`)].join('\n'), { mode: 0o755 });
  return file;
}

function haproxy(name: string, version: string): Promise<string> {
  return program(name, `HAProxy version ${version} 2024/01/01 - https://haproxy.org/`);
}

function acquire(...branches: string[]) {
  return acquireBinaries({ branches, cacheDir: path.join(folder, 'cache') });
}

test.each([
  ['HA-Proxy version 1.6.0 2015/10/13', '1.6.0', '1.6'],
  ['HA-Proxy version 1.9.0 2018/12/19 - https://haproxy.org/', '1.9.0', '1.9'],
  ['HA-Proxy version 2.2.9-2+deb11u7 2025/04/23 - https://haproxy.org/', '2.2.9', '2.2'],
  ['HAProxy version 2.4.0-6cbbecf09 2021/05/14 - https://haproxy.org/', '2.4.0', '2.4'],
  ['HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/', '2.6.12', '2.6'],
  ['HAProxy version 3.4-dev2-5a1e5a7 2025/12/20 - https://haproxy.org/', '3.4-dev2', '3.4'],
])('reads %s', (line, version, branch) => {
  expect(parseVersion(`${line}\nStatus: long-term supported branch\n`)).toEqual({ version, branch });
});

test('takes no other program for HAProxy', () => {
  expect(parseVersion('nginx version: nginx/1.22.1')).toBeUndefined();
});

test('HAPROXY_BINARIES: files and folders, sorted by branch as numbers', async () => {
  const ten = await haproxy('ten', '2.10.1');
  const nine = await haproxy('folder/haproxy-2.9', '2.9.4');
  const old = await haproxy('folder/1.7/haproxy', '1.7.0');
  await haproxy('folder/1.8/haproxy-systemd-wrapper', '1.8.0');
  await haproxy('folder/1.9/deeper/haproxy', '1.9.0');
  process.env.HAPROXY_BINARIES = `${ten}, ${path.join(folder, 'folder')}`;
  const source = 'HAPROXY_BINARIES';
  expect(await acquire('1.7', '2.9', '2.10')).toEqual({
    binaries: [
      { version: '1.7.0', branch: '1.7', command: [old], source },
      { version: '2.9.4', branch: '2.9', command: [nine], source },
      { version: '2.10.1', branch: '2.10', command: [ten], source },
    ],
    unavailable: [],
  });
});

test('HAPROXY_BINARIES: what is wrong in it is named, the rest is used', async () => {
  const good = await haproxy('good', '2.8.1');
  const other = await program('other', 'nginx version: nginx/1.22.1');
  const plain = path.join(folder, 'plain');
  await writeFile(plain, '');
  await mkdir(path.join(folder, 'empty'));
  const [missing, empty] = [path.join(folder, 'missing'), path.join(folder, 'empty')];
  process.env.HAPROXY_BINARIES = [missing, good, other, plain, empty].join(':');
  const { binaries, unavailable } = await acquire('2.8');
  expect(binaries.map(({ version }) => version)).toEqual(['2.8.1']);
  expect(unavailable).toEqual([
    { what: `${missing} in HAPROXY_BINARIES`, reason: 'no such file or folder; correct HAPROXY_BINARIES' },
    {
      what: `${other} in HAPROXY_BINARIES`,
      reason: "-v printed 'nginx version: nginx/1.22.1' and not a version of HAProxy; correct HAPROXY_BINARIES",
    },
    { what: `${plain} in HAPROXY_BINARIES`, reason: 'not executable; correct HAPROXY_BINARIES' },
    {
      what: `${empty} in HAPROXY_BINARIES`,
      reason: 'no executable named haproxy or haproxy-* in it; correct HAPROXY_BINARIES',
    },
  ]);
});

test('HAPROXY_BINARIES comes before PATH, and each binary is reported once', async () => {
  process.env.HAPROXY_BINARIES = [await haproxy('first', '2.6.1'), await haproxy('second', '2.6.2')].join(',');
  await haproxy('path/haproxy', '2.6.3');
  await haproxy('other/haproxy', '3.0.1');
  process.env.PATH += `:${path.join(folder, 'other')}`;
  const lines: string[] = [];
  const reported: string[] = [];
  await acquireBinaries({
    branches: ['2.6'],
    cacheDir: path.join(folder, 'cache'),
    onProgress: (line) => lines.push(line),
    onBinary: ({ version }) => reported.push(version),
  });
  expect(lines).toEqual(['HAProxy 2.6.1 from HAPROXY_BINARIES']);
  expect(reported).toEqual(['2.6.1']);
});

test('the first haproxy on PATH is used for a branch that HAPROXY_BINARIES has not', async () => {
  process.env.HAPROXY_BINARIES = await haproxy('listed', '2.8.1');
  const found = await haproxy('path/haproxy', '2.6.3');
  expect((await acquire('2.6', '2.8')).binaries).toMatchObject([
    { version: '2.6.3', command: [found], source: 'PATH' },
    { version: '2.8.1', source: 'HAPROXY_BINARIES' },
  ]);
});

test('a machine without apt and without a container engine', async () => {
  expect(await acquire('1.7', '2.6')).toEqual({
    binaries: [],
    unavailable: [
      ...['bullseye', 'bookworm', 'trixie', 'forky', 'experimental'].map((suite) => ({
        what: `Debian ${suite}`,
        reason: `apt-get is not installed; ${MORE}`,
      })),
      { what: 'branch 1.7', reason: `neither docker nor podman answers; ${MORE}` },
      { what: 'branch 2.6', reason: `neither docker nor podman answers; ${MORE}` },
    ],
  });
});

describe('the mirrors of apt', () => {
  test('archive and security updates, among other vendors', async () => {
    await program(
      'path/apt-get',
      'Packages main bookworm http://vendor.test/debian/12/prod/ $(SIGNED_BY)',
      'Packages stable bookworm http://vendor.test/linux/debian/ $(SIGNED_BY)',
      'DEP-11 main bookworm http://dep11.test/debian/ $(SIGNED_BY)',
      'Packages main bookworm http://mirror.test/debian/ $(SIGNED_BY)',
      'Packages main bookworm-updates http://updates.test/debian/ $(SIGNED_BY)',
      'Packages main bookworm-security http://security.test/debian-security/ $(SIGNED_BY)',
    );
    expect(await debianMirrors()).toMatchObject({
      archive: { uri: 'http://mirror.test/debian/' },
      security: { uri: 'http://security.test/debian-security/' },
    });
  });

  test.each([
    ['http://mirror.test/debian/ bookworm', 'http://mirror.test/debian-security/'],
    ['mirror+file:/etc/apt/mirrors/debian.list trixie', 'mirror+file:/etc/apt/mirrors/debian-security.list'],
  ])('only the archive: %s', async (archive, security) => {
    const [uri, suite] = archive.split(' ');
    await program('path/apt-get', `Packages main ${suite} ${uri} /no/such/keyring.gpg`);
    expect(await debianMirrors()).toMatchObject({ archive: { uri }, security: { uri: security } });
  });

  test('only the security updates, and the keyring of the source', async () => {
    const keyring = await program('keyring.gpg');
    const uri = 'http://mirror.test/debian-security/';
    await program('path/apt-get', `Packages main bookworm-security ${uri} ${keyring}`);
    expect(await debianMirrors()).toMatchObject({
      archive: { uri: 'http://mirror.test/debian/', keyring },
      security: { uri, keyring },
    });
  });

  test('a system that is not Debian', async () => {
    await program('path/apt-get', 'Packages main noble http://mirror.test/ubuntu/ $(SIGNED_BY)');
    await expect(debianMirrors()).rejects.toThrow("apt's sources on this machine name no mirror of Debian");
  });
});
