/** `npm run test:containers` runs this in separate namespaces: an engine, local images, and the demo with them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { acquireTool, TOOLS } from '../../testbed/binaries/tools';
import { usableBinaries } from '../../testbed/binaries/usable';
import { step } from '../step';
import { NoEngine, startEngine, tryContainer } from './engine';
import { makeImage, unpackedOf } from './images';

const [folder, cgroup] = process.argv.slice(2) as [string, string];

/** How many HAProxys are used: the oldest and the newest available ones. */
const USED = 2;

/**
 * Makes an image for each HAProxy, for DNS and for nodes, and sets the variables of compose.yaml. Gives the branches.
 */
async function makeImages(): Promise<string[]> {
  const { binaries } = await usableBinaries();
  const unpacked = unpackedOf(binaries);
  const used = unpacked.filter((_, i) => i < USED - 1 || i === unpacked.length - 1);
  for (const { branch, command } of used) {
    const image = `local/haproxy:${branch}`;
    await makeImage(image, command, folder);
    process.env[`HAPROXY_IMAGE_${branch.replace('.', '_')}`] = image;
  }
  for (const name of ['nginx', 'dnsmasq'] as const) {
    const image = `local/${name}`;
    await makeImage(image, await acquireTool(TOOLS[name], () => {}), folder);
    process.env[`${name.toUpperCase()}_IMAGE`] = image;
  }
  return used.map(({ branch }) => branch);
}

interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the published command line; `watch` gets its output. */
async function demo(args: readonly string[], watch: (child: ChildProcess, output: string) => void): Promise<Ending> {
  const command = ['assets/cli/cdk-haproxy-elb.mjs', 'demo', '--backend', 'docker', ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
      watch(child, output);
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

/** Checks that no container, network or file of a demo remains. */
async function nothingLeft(): Promise<void> {
  const containers = await run('docker', ['ps', '--all', '--format', '{{.Names}}']);
  const networks = await run('docker', ['network', 'ls', '--filter', 'driver=bridge', '--format', '{{.Name}}']);
  const files = readdirSync(process.env.TMPDIR!).filter((name) => name.startsWith('cdk-haproxy-elb-demo'));
  const left = [...containers.split('\n'), ...networks.split('\n'), ...files].filter(Boolean);
  if (left.length > 0) {
    throw new Error(`left behind: ${left.join(', ')}`);
  }
}

function expectThat(what: string, holds: boolean, output: string): void {
  if (!holds) {
    throw new Error(`expected: ${what}\n${output}`);
  }
}

async function main(): Promise<void> {
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  process.env.TMPDIR = path.join(folder, 'tmp');
  mkdirSync(process.env.TMPDIR);
  await step('an engine that answers', () => startEngine(folder, cgroup));
  const branches = await step('local images', makeImages);
  await step('a container', () => tryContainer(process.env.NGINX_IMAGE!, ['nginx', '-v']));

  await step('a signal in the middle leaves nothing behind', async () => {
    const { code, output } = await demo(['--branches', branches[0]!], (child, text) => {
      if (text.includes('(pinned) answers')) {
        child.kill('SIGTERM');
      }
    });
    expectThat('exit code 143', code === 143, output);
    await nothingLeft();
  });

  const page = path.join(folder, 'page.html');
  await step(`demo --backend docker with HAProxy ${branches.join(' and ')}: all as expected`, async () => {
    const { code, output } = await demo(['--branches', branches.join(','), '--html', page], () => {});
    expectThat('exit code 0', code === 0, output);
    for (const branch of branches) {
      const row = (kind: string) =>
        new RegExp(`^${branch.replace('.', '\\.')}\\.\\d+ +${kind} +(\\S+)`, 'm').exec(output)?.[1];
      expectThat(`${branch}, pinned, never follows`, row('pinned') === 'never', output);
      expectThat(`${branch}, generated, follows`, Number(row('generated')) <= 4, output);
    }
    expectThat('the page names the images', readFileSync(page, 'utf8').includes('image local/haproxy:'), output);
    await nothingLeft();
  });
}

void main().then(
  () => process.exit(0),
  (error) => {
    if (error instanceof NoEngine) {
      console.log(`not available: a container engine to play the demo with: ${error.message}`);
      process.exit(0);
    }
    console.error(`FAILED ${(error as Error).message}`);
    process.exit(1);
  },
);
