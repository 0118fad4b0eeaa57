import type { ResolverCounters } from '../../contract/probe';
import type { AnswerFormat, LineReader } from './answer';

const SECTION = 'Resolvers section ';
/** More sections than any configuration has. */
const MAX_SECTIONS = 100;
/** Counters that do not count failures. */
const NO_FAILURE = new Set(['sent', 'valid', 'update', 'cname']);

/**
 * `show resolvers` (1.8 and later) and `show stat resolvers` (1.6): one entry for each section, the counters of its
 * name servers added up.
 */
export const RESOLVERS: AnswerFormat<ResolverCounters[]> = { command: 'show resolvers', reader: resolversReader };

function resolversReader(): LineReader<ResolverCounters[]> {
  const sections: { readonly section: string; readonly counters: Map<string, number> }[] = [];
  let started = false;
  return {
    line: (line) => {
      if (line.startsWith(SECTION)) {
        if (sections.length === MAX_SECTIONS) {
          return 'unexpected';
        }
        sections.push({ section: line.slice(SECTION.length).trim(), counters: new Map() });
      } else if (!started && line.trim() !== '' && !line.startsWith('No resolvers')) {
        return 'unexpected';
      }
      started ||= line.trim() !== '';
      // Most of them are 0.
      const [, name, value] = line.endsWith(' 0') ? [] : (/^ +([a-z_]{1,30}): +(\d{1,15})$/.exec(line) ?? []);
      const counters = sections.at(-1)?.counters;
      if (name !== undefined && counters !== undefined) {
        counters.set(name, (counters.get(name) ?? 0) + Number(value));
      }
      return 'more';
    },
    result: () => (started ? sections.map(countersOf) : undefined),
  };
}

function countersOf({ section, counters }: { section: string; counters: ReadonlyMap<string, number> }) {
  const failures = [...counters].filter(([name]) => !NO_FAILURE.has(name));
  return {
    section,
    sent: counters.get('sent') ?? 0,
    valid: counters.get('valid') ?? 0,
    failures: Object.fromEntries(failures),
  };
}
