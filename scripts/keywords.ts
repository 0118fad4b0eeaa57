/**
 * Prints the words that a HAProxy binary has and the linter's tables lack: `npm run keywords -- BINARY`.
 *
 * A new branch takes three steps: a row in `lib/haproxy/version/branches.ts`, this script, and a row in
 * `lint/keywords/tables/` for each word that it prints.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import { run } from '../testbed/binaries/run';
import { inspect } from '../testbed/binaries/version';
import { DUMP_ARGS, DUMP_CONFIG, DUMPS_SINCE, missingWords } from './keyword-dump';

async function main(command: readonly string[]): Promise<void> {
  const [file, ...args] = command;
  if (file === undefined) {
    throw new Error('no binary is given: npm run keywords -- BINARY');
  }
  const { version } = await inspect([...command], 'the command line');
  const read = HaproxyVersion._read(version);
  if (!read.isAtLeast(DUMPS_SINCE)) {
    throw new Error(`HAProxy ${version} cannot list its words: give one of ${DUMPS_SINCE} or later`);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'haproxy-keywords-'));
  try {
    const config = path.join(folder, 'haproxy.cfg');
    writeFileSync(config, DUMP_CONFIG);
    const missing = missingWords(await run(file, [...args, ...DUMP_ARGS, config], 20), read);
    const summary = `HAProxy ${version}: ${missing.length} words that the tables lack or refuse for it`;
    console.log([...missing, summary].join('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
