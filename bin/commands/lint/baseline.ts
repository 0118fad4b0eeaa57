import { readFileSync, writeFileSync } from 'node:fs';
import { InputError } from '../../../lib/haproxy/errors';
import { codeOf } from './files';
import type { FileFindings } from './formats';
import { withSecretsHidden } from './secrets';

/** A known finding: by its rule and the text of its line, so that lines may move. */
interface Entry {
  readonly file: string;
  readonly rule: string;
  /** Without secrets. */
  readonly text: string;
}

/** The findings of an existing configuration that a later run does not report. */
type Baseline = readonly Entry[];

/** What a baseline leaves. */
interface Compared {
  readonly results: FileFindings[];
  /** How many findings the baseline has. */
  readonly known: number;
  /** How many of its entries have no finding any more. */
  readonly unused: number;
}

/**
 * Reads a baseline.
 *
 * @throws InputError when the file cannot be read, or another program wrote it
 */
export function readBaseline(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${codeOf(error)}): write it with --write-baseline`);
  }
  try {
    const { findings } = JSON.parse(text) as { findings?: Baseline };
    if (Array.isArray(findings) && findings.every((entry) => typeof entry?.rule === 'string')) {
      return findings;
    }
  } catch {
    // Said below.
  }
  throw new InputError(`${file}: is not a baseline of this linter: write it with --write-baseline`);
}

/** Writes a baseline of all findings. */
export function writeBaseline(file: string, results: readonly FileFindings[]): void {
  try {
    writeFileSync(file, `${JSON.stringify({ findings: results.flatMap(entriesOf) }, undefined, 2)}\n`);
  } catch (error) {
    throw new InputError(`${file}: cannot be written (${codeOf(error)}): give the path of a file`);
  }
}

function entriesOf({ file, text, findings }: FileFindings): Entry[] {
  const lines = text.split('\n');
  return findings.map(({ line, rule }) => ({ file, rule, text: withSecretsHidden(lines[line - 1] ?? '').trim() }));
}

const keyOf = ({ file, rule, text }: Entry): string => [file, rule, text].join('\n');

/** Takes the known findings out: each entry of a baseline is about one. */
export function compare(results: readonly FileFindings[], baseline: Baseline): Compared {
  const left = new Map<string, number>();
  for (const entry of baseline) {
    left.set(keyOf(entry), (left.get(keyOf(entry)) ?? 0) + 1);
  }
  const fresh = results.map((result) => {
    const keys = entriesOf(result).map(keyOf);
    const findings = result.findings.filter((_, i) => {
      const count = left.get(keys[i]!) ?? 0;
      left.set(keys[i]!, Math.max(0, count - 1));
      return count === 0;
    });
    return { ...result, findings };
  });
  const unused = [...left.values()].reduce((sum, count) => sum + count, 0);
  return { results: fresh, known: baseline.length - unused, unused };
}
