import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { InputError } from '../../lib/haproxy/errors';
import { lint } from '../../lib/haproxy/lint';
import { fix } from '../../lib/haproxy/lint/fix';
import { SECTION_KINDS } from '../../lib/haproxy/lint/sections';
import { HaproxyVersion } from '../../lib/haproxy/version';
import { type FileFindings, FORMATS } from './lint-formats';
import { oneOf } from './options';

/** Far above any configuration by hand or by a generator. */
const MAX_BYTES = 32 * 1024 * 1024;

interface LintFlags {
  readonly haproxyVersion: string;
  readonly format: string;
  readonly fix?: boolean;
}

/** `lint`: exit 0 clean, 1 findings of severity error, 2 bad usage. */
export function addLint(program: Command): void {
  program
    .command('lint')
    .summary('find what will go wrong in a configuration that you have')
    .description(
      'Finds what will go wrong in a HAProxy configuration in front of an ELB, for the version that reads it.',
    )
    .argument('<file...>', 'configuration files')
    .requiredOption('--haproxy-version <version>', 'branch or release that reads them: 1.6 to 3.4')
    .option('--format <text|json|sarif>', 'how findings are printed', 'text')
    .option('--fix', 'make the mends that are safe: show them as a diff, then write the files')
    .addHelpText(
      'after',
      '\nExit code: 0 clean, 1 findings of severity error, 2 bad usage.\n\nExample:\n  $ cdk-haproxy-elb lint haproxy.cfg --haproxy-version 1.7',
    )
    .action((files: string[], flags: LintFlags) => {
      const version = HaproxyVersion.of(flags.haproxyVersion);
      const format = FORMATS[oneOf(flags.format, ['text', 'json', 'sarif'] as const, '--format')];
      // Every file is read before anything is written.
      const texts = files.map((file) => ({ file, text: read(file) }));
      const results = texts.map(({ file, text }) => ({
        file,
        findings: lint(mended(file, text, version, flags), version),
      }));
      process.stdout.write(`${format(results)}\n`);
      process.exitCode = results.some(hasError) ? 1 : 0;
    });
}

function hasError({ findings }: FileFindings): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** The text that is linted: with `--fix`, the mended one, which then is what the file holds. */
function mended(file: string, text: string, version: HaproxyVersion, { fix: wanted }: LintFlags): string {
  const after = wanted ? fix(text, lint(text, version)) : text;
  if (after !== text) {
    // On standard error, so that the findings stay alone on standard output.
    process.stderr.write(createTwoFilesPatch(file, file, text, after));
    try {
      writeFileSync(file, after, 'latin1');
    } catch (error) {
      throw new InputError(`${file}: cannot be written (${codeOf(error)}): make it writable, or leave --fix out`);
    }
  }
  return after;
}

/** Every byte is a character, as for HAProxy, so that nothing of a file is lost when it is written again. */
function read(file: string): string {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) {
      throw new InputError(`${file}: ${size} bytes is too large for a configuration: at most ${MAX_BYTES}`);
    }
    text = readBytes(file);
  } catch (error) {
    throw error instanceof InputError
      ? error
      : new InputError(`${file}: cannot be read (${codeOf(error)}): give the path of a HAProxy configuration`);
  }
  if (text.trim() === '') {
    throw new InputError(`${file}: is empty: give a HAProxy configuration`);
  }
  if (text.includes('\0')) {
    throw new InputError(`${file}: is a binary file: give a HAProxy configuration`);
  }
  // HAProxy takes nothing before the first section but comments and conditions.
  const [, first = ''] = /^(?:[ \t]*(?:[#.].*)?\r?\n)*[ \t]*(\S*)/.exec(text) ?? [];
  if (!SECTION_KINDS.has(first)) {
    throw new InputError(
      `${file}: begins with ${JSON.stringify(first.slice(0, 40))} and not with a section such as global: give a HAProxy configuration`,
    );
  }
  return text;
}

/** Devices and pipes tell no size: never more than the bound is read. */
function readBytes(file: string): string {
  if (statSync(file).isFile() || statSync(file).isDirectory()) {
    return readFileSync(file, 'latin1');
  }
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const chunk = Buffer.alloc(65_536);
      const count = readSync(descriptor, chunk);
      bytes += count;
      if (bytes > MAX_BYTES) {
        throw new InputError(`${file}: more than ${MAX_BYTES} bytes is too large for a configuration`);
      }
      if (count === 0) {
        return Buffer.concat(chunks).toString('latin1');
      }
      chunks.push(chunk.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
