/** Packs the package as it would be published and checks what is in it. Argument: a folder for the tarball. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { version } from '../package.json';

const REQUIRED = [
  '.jsii',
  'assets/app/cdk-haproxy-elb-app.cjs',
  'assets/cli/cdk-haproxy-elb.mjs',
  'assets/cli/compose.yaml',
  'assets/drift-checker/index.mjs',
  'dist/index.d.ts',
  'dist/index.js',
  'dist/contract/metrics.js',
  'haproxy-elb.schema.json',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
];

const folder = process.argv[2]!;
// The scripts are off: the build has been made, and a stale one shall be seen here and not be mended.
execFileSync('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]);
execFileSync('tar', ['-xzf', join(folder, `cdk-haproxy-elb-${version}.tgz`), '-C', folder]);

const missing = REQUIRED.filter((file) => !existsSync(join(folder, 'package', file)));
if (missing.length > 0) {
  throw new Error(`the package lacks ${missing.join(', ')}: is it built, and named in "files" of package.json?`);
}
// It must run where nothing of ours is installed.
const cli = join(folder, 'package', 'assets', 'cli', 'cdk-haproxy-elb.mjs');
const printed = execFileSync(process.execPath, [cli, '--version'], { cwd: folder, encoding: 'utf8' }).trim();
if (printed !== version) {
  throw new Error(`the packed command line says version '${printed}' and the package '${version}'`);
}

// With the CDK beside it, which npm installs with it, it is an app for a spec file.
const modules = join(folder, 'node_modules');
mkdirSync(modules, { recursive: true });
for (const peer of ['aws-cdk-lib', 'constructs']) {
  symlinkSync(resolve('node_modules', peer), join(modules, peer), 'dir');
}
copyFileSync('haproxy-elb.yaml', join(folder, 'haproxy-elb.yaml'));
const CDK_OUTDIR = join(folder, 'cdk.out');
execFileSync(process.execPath, [cli, 'app'], { cwd: folder, env: { ...process.env, CDK_OUTDIR } });
const template = readFileSync(join(CDK_OUTDIR, 'haproxy-elb-production.template.json'), 'utf8');
if (!template.includes('AWS::ECS::Service')) {
  throw new Error('the packed app makes a stack without a service');
}
