/**
 * Runs cfn-lint over the templates of the examples and of the matrix, with the CDK of this checkout, and checkov over those
 * with all options and with none.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { ACKNOWLEDGED, type AcknowledgedFinding } from '../lib/private/findings';
import { OPTIONAL } from './findings';
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

/** Synthesizes every app with the CDK of this checkout, the oldest that the package supports. */
function synthesize(folder: string): void {
  for (const file of [...inFolders('examples', 'app.ts'), 'test/matrix/app.ts']) {
    process.env.CDK_OUTDIR = join(folder, basename(dirname(file)));
    const { app } = require(resolve(file)) as { app: App };
    app.synth();
  }
}

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

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-templates-'));
  try {
    synthesize(folder);
    await cfnLint(inFolders(folder).flatMap(templatesIn));
    await compareCheckov(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
