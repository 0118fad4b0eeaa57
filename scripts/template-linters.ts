import { join } from 'node:path';
import { cacheFolder } from '../testbed/binaries/cache';
import { cachedFolder } from '../testbed/binaries/cached-folder';
import { command } from './command';

/** Linters of templates, from PyPI: the release, and the code that its command runs. */
const LINTERS = {
  'cfn-lint': { version: '1.58.0', start: 'from cfnlint.runner import main as run' },
  checkov: { version: '3.3.30', start: 'from checkov.main import Checkov; run = Checkov().run' },
} as const;

/** Rules of cfn-lint that say nothing here. */
const IGNORED = {
  W3005: 'the CDK writes dependencies that a reference implies',
  W3010: 'the zones of a VPC in an app that asks no account',
  W3045: 'the CDK gives a bucket for access logs of Amazon S3 its ACL',
  W3697: 'the CDK makes a launch configuration for the instances of the matrix',
};

type Run = (args: readonly string[]) => Promise<string>;

/** A linter, installed through the machine's own pip. Undefined without Python, pip or a package index, which it prints. */
async function install(name: keyof typeof LINTERS): Promise<Run | undefined> {
  const { version, start } = LINTERS[name];
  try {
    const folder = await cachedFolder(cacheFolder('tools'), `${name}-${version}`, async (work) => {
      const packages = join(work, 'packages');
      const options = ['--quiet', '--disable-pip-version-check', '--no-compile', '--target', packages];
      await command(['python3', '-m', 'pip', 'install', ...options, `${name}==${version}`]);
      return packages;
    });
    return (args) =>
      command(['python3', '-c', `import sys; ${start}; sys.exit(run())`, ...args], { env: { PYTHONPATH: folder } });
  } catch (error) {
    console.log(`not available: ${name}: ${(error as Error).message.trim().replaceAll('\n', ' ')}`);
    return undefined;
  }
}

/** Runs cfn-lint. @throws Error with its findings */
export async function cfnLint(templates: readonly string[]): Promise<void> {
  const run = await install('cfn-lint');
  // A finding ends it with another status than 0.
  await run?.(['--format', 'parseable', '--ignore-checks', ...Object.keys(IGNORED), '--', ...templates]);
}

/** A finding of checkov: the id of the rule, and the resource. */
interface CheckovFinding {
  readonly rule: string;
  readonly resource: string;
}

/** Runs checkov. Undefined where it is not available. */
export async function checkov(templates: readonly string[]): Promise<CheckovFinding[] | undefined> {
  const run = await install('checkov');
  const options = ['--framework', 'cloudformation', '--compact', '--quiet', '--soft-fail', '--skip-download'];
  const files = templates.flatMap((file) => ['--file', file]);
  const output = await run?.([...options, '--output', 'json', ...files]);
  return (
    output &&
    JSON.parse(output).results.failed_checks.map((one: Record<'check_id' | 'resource', string>) => ({
      rule: one.check_id,
      resource: one.resource,
    }))
  );
}
