/** Bundles the drift checker's function, the command line and the app into assets/: what is published needs no dependency. */
import { copyFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';

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

/** Errors of the SDK that the function tells from others by their classes. Each other one keeps its name and message. */
const CAUGHT_ERRORS = new Set([
  'LoadBalancerNotFoundException',
  'OpsItemAlreadyExistsException',
  'OpsItemNotFoundException',
  'ParameterVersionNotFound',
]);

/**
 * Lets the bundler drop what no command of ours uses of the SDK's schemas, which is most of them.
 *
 * - Constant keys are written in full: `[_xN]: 'a'` becomes `"xmlName": 'a'`. A computed key may do something, so a
 *   bundler keeps the object and all that it names: half a megabyte of EC2 alone.
 * - Errors that nobody catches are not registered. Each of them is a class that would be made at every cold start.
 */
const leanSchemas: Plugin = {
  name: 'lean-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk.client-[^/\\]+.dist-es.schemas.schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("[^"]+");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: text
          .replace(/\[(_\w+)\]: /g, (all, name) => (constants.has(name) ? `${constants.get(name)}: ` : all))
          .replace(/^n0_registry\.registerError\(\w+\$, (\w+)\);$/gm, (all, name) =>
            CAUGHT_ERRORS.has(name) ? all : '',
          ),
      };
    });
  },
};

/** The function: assets/drift-checker/index.mjs. */
export async function bundleHandler(): Promise<void> {
  rmSync('assets/drift-checker', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['lambda/controller/index.ts'],
    outfile: 'assets/drift-checker/index.mjs',
    target: 'node22',
    banner: { js: REQUIRE },
    plugins: [leanSchemas],
    // Imported when a service streams events, which none of ours does. An import at run time keeps all that it shares.
    external: ['@smithy/core/event-streams'],
    // Lambda hands credentials over in the environment; the chain of other providers is half of the bundle.
    alias: { '@aws-sdk/credential-provider-node': './lambda/controller/aws/credentials.ts' },
  });
}

/** An ES module does not have `__dirname` either. */
const DIRNAME =
  "import{fileURLToPath as moduleFileUrlToPath}from'node:url';const moduleDirname=moduleFileUrlToPath(new URL('.',import.meta.url));";

/** The command line: assets/cli/cdk-haproxy-elb.mjs, and beside it what it reads. */
export async function bundleCli(): Promise<void> {
  rmSync('assets/cli', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['bin/cli.ts'],
    outfile: 'assets/cli/cdk-haproxy-elb.mjs',
    target: 'node20',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}${DIRNAME}` },
    define: { __dirname: 'moduleDirname' },
    plugins: [fromPackage(/^\.\.\/\.\.\/app\.js$/, () => '../app/cdk-haproxy-elb-app.cjs')],
  });
  copyFileSync('lab/environments/compose.yaml', 'assets/cli/compose.yaml');
}

/**
 * The CDK app of a spec file: assets/app/cdk-haproxy-elb-app.cjs. It takes the constructs from dist/, where they find
 * the function's asset, and the CDK from where it is installed.
 */
export async function bundleApp(): Promise<void> {
  rmSync('assets/app', { recursive: true, force: true });
  await build({
    ...common,
    format: 'cjs',
    entryPoints: ['bin/app.ts'],
    outfile: 'assets/app/cdk-haproxy-elb-app.cjs',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
    plugins: [
      fromPackage(/^(\.\.\/)+lib(\/|$)/, (path) => `../../dist${path.replace(/^(\.\.\/)+lib/, '') || '/index'}.js`),
    ],
  });
}

/** Leaves imports to what lies elsewhere in the package. */
function fromPackage(filter: RegExp, place: (path: string) => string): Plugin {
  return {
    name: 'from-package',
    setup({ onResolve }) {
      onResolve({ filter }, ({ path }) => ({ path: place(path), external: true }));
    },
  };
}

async function main(): Promise<void> {
  await Promise.all([bundleHandler(), bundleCli(), bundleApp()]);
}

void main();
