/** Bundles the drift checker's function and the command line into assets/: what is published needs no dependency. */
import { rmSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';

/** Bundled CommonJS packages call `require`, which an ES module does not have. The long name collides with no other. */
const REQUIRE =
  "import{createRequire as moduleCreateRequire}from'node:module';const require=moduleCreateRequire(import.meta.url);";

const common: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'warning',
};

/** The function: assets/drift-checker/index.mjs. */
export async function bundleHandler(): Promise<void> {
  rmSync('assets/drift-checker', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['lambda/drift-checker/index.ts'],
    outfile: 'assets/drift-checker/index.mjs',
    target: 'node22',
    banner: { js: REQUIRE },
    // Lambda hands credentials over in the environment; the chain of other providers is half of the bundle.
    alias: { '@aws-sdk/credential-provider-node': './lambda/drift-checker/control-plane/credentials.ts' },
  });
}

/** The command line: assets/cli/cdk-haproxy-elb.mjs. */
export async function bundleCli(): Promise<void> {
  rmSync('assets/cli', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['bin/cli.ts'],
    outfile: 'assets/cli/cdk-haproxy-elb.mjs',
    target: 'node20',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
  });
}

async function main(): Promise<void> {
  await Promise.all([bundleHandler(), bundleCli()]);
}

void main();
