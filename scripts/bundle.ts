/**
 * Bundles the functions, the command line and the app into assets/, with notices and a bill of materials, so that the
 * package needs no dependency.
 */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { bundledPackages, NOTICES_FILE, noticesOf } from './notices';
import { SBOM_FILE, sbomOf } from './sbom';

/** Bundled CommonJS packages call `require`, which an ES module does not have. The long name collides with no other. */
const REQUIRE =
  "import{createRequire as moduleCreateRequire}from'node:module';const require=moduleCreateRequire(import.meta.url);";

const common = {
  bundle: true,
  metafile: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  // Licences are in the notices file.
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Errors of the SDK that the functions distinguish by their classes. All others keep their name and message. */
const CAUGHT_ERRORS = new Set([
  'ConditionalCheckFailedException',
  'LoadBalancerNotFoundException',
  'OpsItemAlreadyExistsException',
  'OpsItemNotFoundException',
]);

/**
 * Lets the bundler drop the unused schemas of the SDK, which are most of them.
 *
 * - Constant keys are written in full: `[_xN]: 'a'` becomes `"xmlName": 'a'`. A computed key may do something, so a
 *   bundler keeps the object and all that it names: half a megabyte of EC2 alone.
 * - Errors that no code catches are not registered. Each is a class that would be created at every cold start.
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

/** An ES module does not have `__dirname` either. */
const DIRNAME =
  "import{fileURLToPath as moduleFileUrlToPath}from'node:url';const moduleDirname=moduleFileUrlToPath(new URL('.',import.meta.url));";

/** Each bundle by its folder in assets/. */
export const BUNDLES = {
  /** The controller and the deployment gate. */
  controller: {
    ...common,
    entryPoints: ['lambda/controller/index.ts'],
    outfile: 'assets/controller/index.mjs',
    target: 'node22',
    banner: { js: REQUIRE },
    plugins: [leanSchemas],
    // Lambda passes credentials in the environment; the chain of other providers is half of the bundle.
    alias: { '@aws-sdk/credential-provider-node': './lambda/controller/aws/credentials.ts' },
  },
  /** The evaluations of AWS Config and the findings of Security Hub. */
  compliance: {
    ...common,
    entryPoints: ['lambda/compliance/index.ts'],
    outfile: 'assets/compliance/index.mjs',
    target: 'node22',
    banner: { js: REQUIRE },
    plugins: [leanSchemas],
    alias: { '@aws-sdk/credential-provider-node': './lambda/controller/aws/credentials.ts' },
  },
  /** The probe, without anything of AWS. */
  probe: {
    ...common,
    entryPoints: ['lambda/probe/index.ts'],
    outfile: 'assets/probe/index.mjs',
    target: 'node22',
    banner: { js: REQUIRE },
  },
  /** The functions of a census. */
  census: {
    ...common,
    entryPoints: ['lambda/census/index.ts'],
    outfile: 'assets/census/index.mjs',
    target: 'node22',
    banner: { js: REQUIRE },
    plugins: [leanSchemas],
    alias: { '@aws-sdk/credential-provider-node': './lambda/controller/aws/credentials.ts' },
  },
  /** The command of the package. It has no syntax that an older Node cannot read. */
  launcher: {
    ...common,
    entryPoints: ['bin/launcher.ts'],
    outfile: 'assets/cli/cdk-haproxy-elb.mjs',
    target: 'node14',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [fromPackage(/^\.\/cli\.js$/, () => './main.mjs')],
  },
  /** The command line. */
  cli: {
    ...common,
    entryPoints: ['bin/cli.ts'],
    outfile: 'assets/cli/main.mjs',
    target: 'node20',
    banner: { js: `${REQUIRE}${DIRNAME}` },
    define: { __dirname: 'moduleDirname' },
    plugins: [fromPackage(/^\.\.\/\.\.\/app\.js$/, () => '../app/cdk-haproxy-elb-app.cjs')],
  },
  /**
   * The CDK app of a spec file: the constructs come from dist/, where they find the functions, and the CDK from where it
   * is installed.
   */
  app: {
    ...common,
    format: 'cjs',
    entryPoints: ['bin/app.ts'],
    outfile: 'assets/app/cdk-haproxy-elb-app.cjs',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
    plugins: [
      fromPackage(/^(\.\.\/)+lib(\/|$)/, (path) => `../../dist${path.replace(/^(\.\.\/)+lib/, '') || '/index'}.js`),
    ],
  },
} as const satisfies Record<string, BuildOptions>;

/** Keeps imports of other files of the package. */
function fromPackage(filter: RegExp, place: (path: string) => string): Plugin {
  return {
    name: 'from-package',
    setup({ onResolve }) {
      onResolve({ filter }, ({ path }) => ({ path: place(path), external: true }));
    },
  };
}

async function main(): Promise<void> {
  rmSync('assets', { recursive: true, force: true });
  const bundled = await Promise.all(
    Object.entries(BUNDLES).map(async ([name, options]) => [name, (await build(options)).metafile] as const),
  );
  // Files that the command line reads.
  copyFileSync('lab/environments/compose.yaml', 'assets/cli/compose.yaml');
  const packages = bundledPackages(Object.fromEntries(bundled));
  writeFileSync(NOTICES_FILE, noticesOf(packages));
  writeFileSync(SBOM_FILE, sbomOf(packages));
}

if (require.main === module) {
  main().catch((error) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  });
}
