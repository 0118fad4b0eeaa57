import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { SCENARIOS } from '../../lab/scenarios';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { cliWith, ROOT } from '../bin/cli';

const { services } = parse(readFileSync(path.join(ROOT, 'lab/environments/compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, { image: string; command: string[]; networks: unknown }>>;
};

test.each(BRANCHES.filter(({ unreleased }) => !unreleased))(
  'HAProxy $branch: a pinned and a generated one, of the official image or another',
  ({ branch }) => {
    for (const kind of ['pinned', 'generated']) {
      const name = `haproxy-${branch}-${kind}`;
      expect(services[name]).toMatchObject({
        image: `\${HAPROXY_IMAGE_${branch.replace('.', '_')}:-haproxy:${branch}}`,
        entrypoint: ['haproxy', '-db', '-f'],
        command: [`/lab/${name}.cfg`],
      });
    }
  },
);

test('there are as many nodes as the largest scenario has, each with its own address', () => {
  const nodes = Object.keys(services).filter((name) => name.startsWith('node-'));
  const needed = SCENARIOS.map(({ testbed: { nodes = { old: 1, new: 1 } } }) => nodes.old + nodes.new);
  expect(nodes).toHaveLength(Math.max(...needed));
  expect(nodes.map((name) => services[name]!.networks)).toEqual(
    nodes.map((_, node) => ({ lab: { ipv4_address: `198.18.53.${11 + node}` } })),
  );
});

describe('--backend docker where it cannot be: one line, and exit code 2', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'compose-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Replaces Docker, in states that a test machine may not have. */
  const dockerThat = (...lines: string[]) =>
    writeFileSync(path.join(folder, 'docker'), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });

  const demo = () => cliWith({ PATH: folder }, 'demo', '--backend', 'docker');
  const refused = (stderr: string) => ({ code: 2, stdout: '', stderr: `--backend docker: ${stderr}\n` });
  const HELP = 'start Docker, with its plugin Compose, or leave --backend out';

  test('no Docker', async () => {
    expect(await demo()).toEqual(refused(`docker is not installed: ${HELP}`));
  });

  test('a Docker that does not run', async () => {
    dockerThat('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(await demo()).toEqual(refused(`Cannot connect to the Docker daemon: ${HELP}`));
  });

  test('no Compose', async () => {
    dockerThat('[ "$1" = ps ] || exit 1');
    expect(await demo()).toEqual(refused(`'docker compose' cannot run: ${HELP}`));
  });

  test('containers of another demo', async () => {
    dockerThat('[ "$1" = compose ] || echo 0123456789ab');
    expect(await demo()).toEqual(
      refused(
        "containers of another demo exist: wait until it ends, or remove them with 'docker compose --project-name cdk-haproxy-elb-demo down'",
      ),
    );
  });
});
