import { build } from 'esbuild';
import { devDependencies } from '../../bin/package.json';

/** Runs the sources, so no module imports it. */
const RUNNER = 'tsx';

/** The packages that a module and all that it imports at its start need; what is loaded later is left out. */
async function packagesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    packages: 'external',
    platform: 'node',
    metafile: true,
    write: false,
  });
  const packages = new Set<string>();
  const seen = new Set([entry]);
  for (const file of seen) {
    for (const { path, kind, external } of metafile.inputs[file]!.imports) {
      if (external && !path.startsWith('node:')) {
        packages.add(path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
      } else if (!external && kind === 'import-statement') {
        seen.add(path);
      }
    }
  }
  return [...packages].sort();
}

test('the demo installs what the command line imports and nothing else, so no CDK and no AWS SDK', async () => {
  expect([...(await packagesOf('bin/cli.ts')), RUNNER].sort()).toEqual(Object.keys(devDependencies).sort());
});
