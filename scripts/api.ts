/**
 * Writes what is generated from the compiled constructs: API.md, and the types that calls are checked by at synthesis.
 * With `--check` it compares them with the files.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { command } from './command';
import { publicTypes } from './public-types';

const bin = (name: string) => join('node_modules', '.bin', name);

async function apiPage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-api-'));
  try {
    const page = join(folder, 'API.md');
    await command([bin('jsii-docgen'), '--output', page]);
    return readFileSync(page, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const files = { 'API.md': await apiPage(), 'lib/private/public-types.ts': await publicTypes() };
  for (const [file, text] of Object.entries(files)) {
    if (!process.argv.includes('--check')) {
      writeFileSync(file, text);
      continue;
    }
    const committed = readFileSync(file, 'utf8');
    if (committed !== text) {
      console.error(createTwoFilesPatch(file, 'what it should be', committed, text));
      console.error(`${file} is not current: run npm run api`);
      process.exitCode = 1;
    }
  }
}

void main();
