/**
 * Runs cfn-lint over the templates of the examples and of the matrix, with the oldest and the newest CDK, and checkov over
 * those with all options and with none. Argument: the folder of check-languages.ts, with the templates of the newest CDK.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ACKNOWLEDGED, type AcknowledgedFinding } from '../lib/private/findings';
import { OPTIONAL } from './findings';
import { synthesize } from './synthesize';
import { cfnLint, checkov } from './template-linters';

/** The files `NAME` of the folders in a folder. */
const inFolders = (folder: string, ...name: string[]) =>
  readdirSync(folder)
    .map((one) => join(folder, one, ...name))
    .filter((file) => existsSync(file));

/** The templates in a folder. */
const templatesIn = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(folder, file));

/** Compares what checkov finds in our constructs with the rows of the tables. */
async function compareCheckov(folder: string): Promise<void> {
  const templates = ['Everything', 'Minimal'].flatMap((name) => inFolders(folder, `${name}.template.json`));
  const findings = await checkov(templates);
  if (findings === undefined) {
    return;
  }
  const rows = [...Object.values<AcknowledgedFinding>(ACKNOWLEDGED), ...OPTIONAL].flatMap(
    ({ checkov: ids = [] }) => ids,
  );
  const unknown = findings.filter(({ rule }) => !rows.includes(rule));
  const unused = rows.filter((row) => !findings.some(({ rule }) => rule === row));
  if (unknown.length > 0 || unused.length > 0) {
    throw new Error(`checkov: findings without a row: ${JSON.stringify(unknown)}; rows without a finding: ${unused}`);
  }
}

/** The templates of the newest CDK that are not, byte for byte, those of the oldest. */
function changedIn(newest: string, oldest: string): string[] {
  const templates = readdirSync(oldest).flatMap((app) => templatesIn(join(newest, app, 'cdk.out')));
  if (templates.length === 0) {
    throw new Error(`no template of the newest CDK in ${newest}: run scripts/check-languages.ts first`);
  }
  return templates.filter((file) => {
    const same = join(oldest, basename(dirname(dirname(file))), basename(file));
    return !existsSync(same) || !readFileSync(same).equals(readFileSync(file));
  });
}

const versionIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')).version as string;

async function main(): Promise<void> {
  const newest = join(resolve(process.argv[2]!), 'typescript');
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-templates-'));
  try {
    // With the CDK of this checkout, the oldest that the package supports.
    const apps = [...inFolders('examples', 'app.ts'), 'test/matrix/app.ts'];
    synthesize(apps.map((file) => [join(folder, basename(dirname(file))), file]));
    const oldest = inFolders(folder).flatMap(templatesIn);
    const changed = changedIn(newest, folder);
    console.log(
      `cfn-lint: ${oldest.length} templates of aws-cdk-lib ${versionIn('.')}, and ${changed.length} that ${versionIn(newest)} writes differently`,
    );
    await cfnLint([...oldest, ...changed]);
    await compareCheckov(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
