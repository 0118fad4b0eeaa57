/**
 * Packs the package as it would be published and checks its content and its imports. Argument: a folder for the
 * tarball.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { homepage, version } from '../package.json';

/** Everything in the package except the compiled constructs and what a page links to. */
const FILES = [
  '.jsii',
  'LICENSE',
  'assets/THIRD-PARTY-NOTICES.txt',
  'assets/app/cdk-haproxy-elb-app.cjs',
  'assets/census/index.mjs',
  'assets/cli/cdk-haproxy-elb.mjs',
  'assets/cli/compose.yaml',
  'assets/cli/main.mjs',
  'assets/compliance/index.mjs',
  'assets/controller/index.mjs',
  'assets/probe/index.mjs',
  'assets/sbom.cdx.json',
  'census.schema.json',
  'haproxy-elb.schema.json',
  'package.json',
];

/** The public imports, by name. */
const EXPORTED = [
  'cdk-haproxy-elb',
  'cdk-haproxy-elb/package.json',
  'cdk-haproxy-elb/.jsii',
  'cdk-haproxy-elb/haproxy-elb.schema.json',
  'cdk-haproxy-elb/census.schema.json',
];

/** Files of the package that are not part of its interface. */
const INTERNAL = [
  'cdk-haproxy-elb/dist/index.js',
  'cdk-haproxy-elb/dist/contract/metrics.js',
  'cdk-haproxy-elb/assets/cli/cdk-haproxy-elb.mjs',
];

/** The pages from which a reader of the package starts, and those that findings and incidents link to. */
const START = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/lint.md', 'docs/troubleshooting.md'];

/** The targets of the links of a page within the package. */
function linksOf(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, link, place]) => link ?? place!);
  const files = links.filter((link) => !/^([a-z]+:|#)/.test(link)).map((link) => link.split('#')[0]!);
  return files.map((file) => join(dirname(page), file));
}

/** Some pages and all that their links lead to. */
function reachedFrom(pages: readonly string[]): string[] {
  const reached = new Set(pages);
  for (const page of reached) {
    for (const link of page.endsWith('.md') ? linksOf(page, readFileSync(page, 'utf8')) : []) {
      reached.add(link);
    }
  }
  return [...reached];
}

/** The files below a folder, sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

const folder = process.argv[2]!;
// Without scripts: the build exists, and a stale build must fail here.
execFileSync('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]);
execFileSync('tar', ['-xzf', join(folder, `cdk-haproxy-elb-${version}.tgz`), '-C', folder]);

const compiled = filesBelow('lib').flatMap((file) =>
  ['.d.ts', '.js'].map((end) => join('dist', file.replace(/\.ts$/, end))),
);
const expected = new Set([...FILES, ...reachedFrom(START), ...compiled]);
const packed = new Set(filesBelow(join(folder, 'package')));
const missing = [...expected].filter((file) => !packed.has(file));
if (missing.length > 0) {
  throw new Error(
    `the package lacks ${missing.join(', ')}: build it (npm run build), or add them to "files" of package.json`,
  );
}
const superfluous = [...packed].filter((file) => !expected.has(file));
if (superfluous.length > 0) {
  throw new Error(
    `the package has ${superfluous.join(', ')}: build it again (npm run build), or add them to scripts/check-package.ts`,
  );
}

// The package must work in an empty project, with only the CDK, which npm installs with it.
const modules = join(folder, 'node_modules');
const installed = join(modules, 'cdk-haproxy-elb');
mkdirSync(modules, { recursive: true });
renameSync(join(folder, 'package'), installed);
for (const peer of ['aws-cdk-lib', 'constructs']) {
  symlinkSync(resolve('node_modules', peer), join(modules, peer), 'dir');
}

// What it prints, and its types, link only to pages that it has.
const printing = filesBelow(installed).filter((file) => /^(assets|dist)\/.*\.(mjs|cjs|js|ts)$/.test(file));
const pages = printing.flatMap((file) =>
  readFileSync(join(installed, file), 'utf8')
    .split(`${homepage}/blob/main/`)
    .slice(1)
    .map((rest) => ({ file, page: /^[\w./-]*\w/.exec(rest)?.[0] ?? '' })),
);
if (pages.length === 0) {
  throw new Error('nothing in the package links to its pages: this check looks for the wrong address');
}
for (const { file, page } of pages) {
  if (!existsSync(join(installed, page))) {
    throw new Error(`${file} links to ${page}, which the package lacks: add it to "files" of package.json`);
  }
}

/** Runs a script, as an ES module, beside the installed package. */
const evaluate = (script: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, encoding: 'utf8' }).trim();

const resolved = (name: string): string =>
  evaluate(
    `import { createRequire } from 'node:module';
    try { console.log(createRequire(process.cwd() + '/x.js').resolve('${name}')); } catch ({ code }) { console.log(code); }`,
  );
for (const name of EXPORTED) {
  const place = resolved(name);
  if (!place.startsWith(`${realpathSync(installed)}/`)) {
    throw new Error(`'${name}' cannot be imported from the package (${place}): add it to "exports" of package.json`);
  }
}
for (const name of INTERNAL) {
  const place = resolved(name);
  if (place !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    throw new Error(`'${name}' can be imported from the package (${place}): remove it from "exports" of package.json`);
  }
}
const imported = evaluate(`import { HaproxyElbProxy } from 'cdk-haproxy-elb'; console.log(typeof HaproxyElbProxy);`);
if (imported !== 'function') {
  throw new Error(`the packed constructs have a HaproxyElbProxy of type '${imported}'; expected a class`);
}

const cli = join(installed, 'assets', 'cli', 'cdk-haproxy-elb.mjs');
const printed = execFileSync(process.execPath, [cli, '--version'], { cwd: folder, encoding: 'utf8' }).trim();
if (printed !== version) {
  throw new Error(`the packed command line has version '${printed}', the package '${version}'`);
}

// It is an app for a spec file.
copyFileSync('haproxy-elb.yaml', join(folder, 'haproxy-elb.yaml'));
const CDK_OUTDIR = join(folder, 'cdk.out');
execFileSync(process.execPath, [cli, 'app'], { cwd: folder, env: { ...process.env, CDK_OUTDIR } });
const template = readFileSync(join(CDK_OUTDIR, 'haproxy-elb-production.template.json'), 'utf8');
if (!template.includes('AWS::ECS::Service')) {
  throw new Error('the packed app makes a stack without a service');
}
const assets = readdirSync(CDK_OUTDIR).filter((name) => name.startsWith('asset.'));
for (const name of ['controller', 'probe']) {
  const handler = readFileSync(join(installed, 'assets', name, 'index.mjs'), 'utf8');
  if (!assets.some((asset) => readFileSync(join(CDK_OUTDIR, asset, 'index.mjs'), 'utf8') === handler)) {
    throw new Error(`the packed app makes a stack without the packed function ${name}`);
  }
}
