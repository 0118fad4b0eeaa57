import path from 'node:path';
import type { Search, Source } from './model';
import { run } from './run';
import { cachedTree } from './tree';
import { inspect } from './version';

/** In the order of preference. */
const ENGINES = ['docker', 'podman'];

/**
 * The official images of the branches that are still missing. Their root file system is unpacked and run like a tree of
 * Debian's: no container is ever started.
 */
export const officialImages: Source = async (search) => {
  let engine: Promise<string> | undefined;
  const askOnce = () => {
    engine ??= findEngine();
    return engine;
  };
  return search.missing.map((branch) => {
    const image = `haproxy:${branch}`;
    const source = `image ${image}`;
    const acquire = async () => {
      const command = await cachedTree(search.cacheDir, `image-${branch}`, (root, work) =>
        exportImage(askOnce(), image, root, work, (doing) => search.progress(`${source}: ${doing}`)),
      );
      const binary = await inspect(command, source);
      if (binary.branch !== branch) {
        throw new Error(`${source} holds HAProxy ${binary.version}`);
      }
      return binary;
    };
    return { what: `branch ${branch}`, acquire };
  });
};

async function exportImage(
  asked: Promise<string>,
  image: string,
  root: string,
  work: string,
  progress: Search['progress'],
): Promise<void> {
  const engine = await asked;
  progress(`fetching with ${engine}`);
  // Pulls a missing image. An image without its own command needs one.
  const created = await run(engine, ['create', image, 'haproxy'], 300);
  const container = created.trim().split('\n').at(-1)!;
  const archive = path.join(work, 'root.tar');
  try {
    await run(engine, ['export', '--output', archive, container]);
  } finally {
    await run(engine, ['rm', '--force', container]);
  }
  progress('unpacking');
  await run('tar', ['-x', '-f', archive, '-C', root, '--no-same-owner', '--exclude=dev/*']);
}

/** The first engine that answers quickly. */
async function findEngine(): Promise<string> {
  for (const engine of ENGINES) {
    const answers = await run(engine, ['ps', '--quiet'], 10).then(
      () => true,
      () => false,
    );
    if (answers) {
      return engine;
    }
  }
  throw new Error(`neither ${ENGINES.join(' nor ')} answers`);
}
