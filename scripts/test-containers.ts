/**
 * Runs `demo --backend docker` with an engine from Debian's packages and images of Debian's HAProxys: `npm run
 * test:containers`. The engine runs in its own namespaces for network, mounts and processes, which end with it; a
 * Docker of this machine is not used.
 */
import { acquireTool, TOOLS } from '../testbed/binaries/tools';
import { usableBinaries } from '../testbed/binaries/usable';
import { fetchEngine } from './containers/engine';
import { unpackedOf } from './containers/images';
import { inNamespaces, tryNamespaces } from './containers/namespaces';

/** The time limit of the test inside, which takes about a minute. */
const LIMIT_SECONDS = 240;

async function main(): Promise<void> {
  const trees = await trial();
  if (trees !== undefined) {
    const code = await inNamespaces('scripts/containers/inside.ts', trees, LIMIT_SECONDS);
    process.exitCode = code === 0 ? 0 : 1;
  }
}

/** The packages of an engine; if they are not available, one line has the reason. */
async function trial(): Promise<string[] | undefined> {
  try {
    await tryNamespaces();
    // Inside there is no network: the content of the images is fetched here.
    const [trees, { binaries }] = await Promise.all([
      fetchEngine(),
      usableBinaries(),
      ...[TOOLS.nginx, TOOLS.dnsmasq].map((tool) => acquireTool(tool, () => {})),
    ]);
    if (unpackedOf(binaries).length === 0) {
      throw new Error('no HAProxy out of packages to make an image of');
    }
    return trees;
  } catch (error) {
    console.log(`not available: a container engine to play the demo with: ${(error as Error).message}`);
    return undefined;
  }
}

main().catch((error) => {
  console.error(`FAILED ${(error as Error).message}`);
  process.exitCode = 1;
});
