/**
 * Installs the packed package in an empty project, in TypeScript and in Python, and synthesizes the examples there
 * with the newest CDK of both languages. For Java, .NET and Go the sources are generated and not compiled: Maven takes
 * two minutes, for Go not every module of the CDK is available, and for .NET the script uses no registry. Argument: a
 * folder with the tarball.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { jsii, version } from '../package.json';
import { command } from './command';
import { PythonEnvironment } from './python';

const scratch = resolve(process.argv[2]!);
const tools = resolve('node_modules', '.bin');
const tarball = join(scratch, `cdk-haproxy-elb-${version}.tgz`);

/** The examples of a language, by the file that is their app. */
const examplesWith = (app: string) =>
  readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(`/${app}`) && !file.includes('node_modules'))
    .map((file) => file.slice(0, -app.length - 1))
    .sort();

/** Synthesizes an app with the CDK's own command line. @returns its output */
async function synth(cdk: string, app: string, env: Record<string, string> = {}): Promise<string> {
  const output = join(app, 'cdk.out');
  // Metadata names the packages of the language and the paths of constructs, and nothing that would be deployed.
  const metadata = ['--no-version-reporting', '--no-path-metadata', '--no-asset-metadata'];
  await command([cdk, 'synth', '--quiet', ...metadata, '--output', output], { cwd: app, env });
  return output;
}

/** @throws Error with what the CDK's validation finds in the templates of an output */
function refuseFindings(output: string): void {
  const { pluginReports } = JSON.parse(readFileSync(join(output, 'validation-report.json'), 'utf8'));
  // A report may have only findings that the CDK itself acknowledges.
  const violations = pluginReports.flatMap((report: { violations: unknown[] }) => report.violations);
  if (violations.length > 0) {
    throw new Error(`${output}: the CDK finds fault with a template: ${JSON.stringify(violations, undefined, 2)}`);
  }
}

/**
 * TypeScript: `npm install` from the examples' package.json, types, then every example and the matrix of stacks. One is
 * synthesized by the command line, as a user does it. The others share a process: the validation takes seconds to load.
 */
async function typescript(): Promise<string> {
  const project = join(scratch, 'typescript');
  cpSync('examples', project, { recursive: true, filter: (file) => !/node_modules|cdk\.out/.test(file) });
  cpSync('test/matrix/app.ts', join(project, 'matrix', 'app.ts'));
  await command(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd: project });
  await command([join(tools, 'tsc'), '--project', project]);
  const compared = await synth(join(project, 'node_modules', '.bin', 'cdk'), join(project, 'minimal-typescript'));
  const others = [...examplesWith('app.ts'), 'matrix'].filter((app) => app !== 'minimal-typescript');
  const outputs = others.map((app) => join(project, app, 'cdk.out'));
  await command(
    [
      join(tools, 'tsx'),
      resolve('scripts/synthesize.ts'),
      ...others.flatMap((app, i) => [outputs[i]!, join(app, 'app.ts')]),
    ],
    { cwd: project },
  );
  for (const output of [compared, ...outputs]) {
    refuseFindings(output);
  }
  return compared;
}

/** The sources of every language that the package is made for, as jsii writes them. */
async function generate(): Promise<string> {
  const sources = join(scratch, 'languages');
  await command([join(tools, 'jsii-pacmak'), '--code-only', '--no-npmignore', '--outdir', sources]);
  const missing = Object.keys(jsii.targets).filter((language) => !existsSync(join(sources, language)));
  if (missing.length > 0) {
    throw new Error(`jsii wrote nothing for ${missing.join(', ')}`);
  }
  return sources;
}

/** Python: the wheel as jsii makes it, into an environment with the example's requirements.txt. */
async function python(): Promise<string | undefined> {
  const sources = await generate();
  let environment: PythonEnvironment;
  try {
    environment = await PythonEnvironment.make(join(scratch, 'venv'));
  } catch (error) {
    console.log(`not available: the example in Python: ${(error as Error).message.trim().replaceAll('\n', ' ')}`);
    return undefined;
  }
  const wheels = join(scratch, 'wheels');
  await environment.pip('wheel', '--no-deps', '--wheel-dir', wheels, join(sources, 'python'));
  const project = join(scratch, 'python');
  mkdirSync(project);
  cpSync(join('examples', 'minimal-python'), project, { recursive: true });
  const [wheel] = readdirSync(wheels);
  await environment.install(join(wheels, wheel!), '--requirement', join(project, 'requirements.txt'));
  // The template is that of TypeScript, byte for byte, whose validation is enough.
  return synth(join(tools, 'cdk'), project, { ...environment.variables, CDK_VALIDATION: 'false' });
}

async function main(): Promise<void> {
  const [ours, theirs] = await Promise.all([typescript(), python()]);
  if (theirs === undefined) {
    return;
  }
  // Nothing is normalised: the function's asset is the same file, and so has the same hash.
  const [a, b] = [ours, theirs].map((folder) => readFileSync(join(folder, 'Minimal.template.json'), 'utf8'));
  if (a !== b) {
    const difference = createTwoFilesPatch('TypeScript', 'Python', a!, b!);
    throw new Error(`the minimal example is not the same stack in both languages:\n${difference}`);
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
