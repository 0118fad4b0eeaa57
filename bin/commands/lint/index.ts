import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { InputError } from '../../../lib/haproxy/errors';
import { BRANCH_RANGE } from '../../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import { lintFiles } from '../../../lint';
import type { Source } from '../../../lint/engine/validator';
import type { Finding } from '../../../lint/finding';
import { fix } from '../../../lint/fix';
import { RULE_IDS } from '../../../lint/rules';
import { suppress } from '../../../lint/suppress';
import { templateFinding } from '../../../lint/template';
import { oneOf } from '../options';
import { compare, readBaseline, writeBaseline } from './baseline';
import { codeOf, readSources, STDIN } from './files';
import { type FileFindings, FORMATS, readable, summaryOf } from './formats';
import { withoutSecrets, withSecretsHidden } from './secrets';

interface LintFlags {
  readonly haproxyVersion?: string;
  readonly format: string;
  readonly fix?: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
}

/** `lint`: exit 0 clean, 1 findings of severity error, 2 bad usage. */
export function addLint(program: Command): void {
  program
    .command('lint')
    .summary('find faults in an existing configuration')
    .description(
      'Finds faults in a HAProxy configuration in front of an ELB, for the version that reads it. Several files are one configuration, in the order in which HAProxy reads them; from a folder it reads *.cfg.',
    )
    .argument('<file...>', 'the files of one configuration, or folders of them; - is standard input')
    .option('--haproxy-version <version>', `branch or release that reads the files, required: ${BRANCH_RANGE}`)
    .option('--format <text|json|sarif>', 'output format', 'text')
    .option('--fix', 'make the safe edits: show them as a diff, then write the files')
    .option('--baseline <file>', 'leave out the findings of this file')
    .option('--write-baseline', 'write all findings to the file of --baseline')
    .addHelpText(
      'after',
      '\nExit code: 0 clean, 1 findings of severity error, 2 bad usage.\n\nExamples:\n  $ cdk-haproxy-elb lint haproxy.cfg --haproxy-version 1.7\n  $ cdk-haproxy-elb lint global.cfg conf.d --haproxy-version 3.2 --fix',
    )
    .action((files: string[], flags: LintFlags) => {
      // Not an option that commander requires: commander would report a missing one before a mistyped one.
      if (flags.haproxyVersion === undefined) {
        throw new InputError('--haproxy-version is missing: give a version such as 3.2');
      }
      const version = HaproxyVersion._read(flags.haproxyVersion);
      const format = FORMATS[oneOf(flags.format, ['text', 'json', 'sarif'] as const, '--format')];
      if (flags.fix && files.includes(STDIN)) {
        throw new InputError(`--fix writes files, and '${STDIN}' is none: give a file, or leave --fix out`);
      }
      if (flags.writeBaseline && flags.baseline === undefined) {
        throw new InputError('--write-baseline needs a file: give it with --baseline');
      }
      // Every file is read before anything is written.
      const sources = readSources(files);
      const looked = flags.fix ? fixAll(sources, version) : look(sources, version);
      if (flags.writeBaseline) {
        writeBaseline(flags.baseline!, looked.results);
      }
      const compared = flags.baseline === undefined ? undefined : compare(looked.results, readBaseline(flags.baseline));
      const results = compared?.results ?? looked.results;
      const silenced = { ignored: looked.ignored, baseline: compared };
      process.stdout.write(`${format(results.map(readable).map(withoutSecrets), silenced)}\n`);
      if (flags.format !== 'text' && silenced.ignored + (compared?.known ?? 0) + (compared?.unused ?? 0) > 0) {
        // The list has only what is not silenced.
        console.error(summaryOf(results, silenced));
      }
      process.exitCode = results.some(hasError) ? 1 : 0;
    });
}

/** The findings that no comment silences, and how many are silenced. */
interface Looked {
  readonly results: FileFindings[];
  readonly ignored: number;
}

/** Lints the configurations among the files as one. */
function look(sources: readonly Source[], version: HaproxyVersion): Looked {
  const configurations = sources.filter(({ text }) => templateFinding(text) === undefined);
  const found = new Map<Source, Finding[]>();
  for (const [i, findings] of lintFiles(configurations, version).entries()) {
    found.set(configurations[i]!, findings);
  }
  const looked = sources.map((source) =>
    suppress(source, found.get(source) ?? [templateFinding(source.text)!], RULE_IDS),
  );
  return {
    results: sources.map(({ name, text }, i) => ({ file: name, text, findings: looked[i]!.findings })),
    ignored: looked.reduce((sum, { ignored }) => sum + ignored, 0),
  };
}

function hasError({ findings }: FileFindings): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** Makes the safe edits in the files, and lints what they hold then. */
function fixAll(sources: readonly Source[], version: HaproxyVersion): Looked {
  const fixed = look(sources, version).results.map(({ file, text, findings }) => ({
    name: file,
    text: fix(text, findings),
  }));
  for (const [i, { name, text }] of fixed.entries()) {
    if (text !== sources[i]!.text) {
      // On standard error, so that standard output has only the findings.
      process.stderr.write(
        createTwoFilesPatch(name, name, withSecretsHidden(sources[i]!.text), withSecretsHidden(text)),
      );
      write(name, text);
    }
  }
  return look(fixed, version);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, 'latin1');
  } catch (error) {
    throw new InputError(`${file}: cannot be written (${codeOf(error)}): make it writable, or leave --fix out`);
  }
}
