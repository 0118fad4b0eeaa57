/** Checks that API.md is up to date with the compiled constructs. Argument: a folder for the expected page. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { command } from './command';

async function main(): Promise<void> {
  const expected = resolve(process.argv[2]!, 'API.md');
  await command([join('node_modules', '.bin', 'jsii-docgen'), '--output', expected]);
  const [committed, current] = ['API.md', expected].map((file) => readFileSync(file, 'utf8'));
  if (committed !== current) {
    console.error(createTwoFilesPatch('API.md', 'what it should be', committed!, current!));
    console.error('API.md is not current: run npm run api');
    process.exitCode = 1;
  }
}

void main();
