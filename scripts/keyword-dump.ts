import { branchOrder } from '../lib/haproxy/version/branches';
import type { HaproxyVersion } from '../lib/haproxy/version/version';
import { availabilityOn, KEYWORDS, keywordOf } from '../lint/keywords';

/** A word that a binary has, as the linter's tables name it. */
interface KnownWord {
  readonly table: string;
  readonly words: string;
  /** Of actions: the rule set. */
  readonly place?: string;
}

/** The first branch with `-dK`. */
export const DUMPS_SINCE = '2.6';

/** The arguments with which a binary lists its words, and a file that it accepts for it. */
export const DUMP_ARGS = ['-dKall', '-q', '-c', '-f'];
export const DUMP_CONFIG =
  'defaults\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\nlisten l\n    bind 127.0.0.1:1\n';

/**
 * Registered by the source, and refused with a hint at the replacement, or of a kind that the tables do not hold (the
 * lines of a `crt-list` file).
 */
const REFUSED: readonly { words: RegExp; branches?: string; why: string }[] = [
  { words: /^(nbproc|tune\.chksize)$/, branches: '2.5', why: 'refused from 2.5 on, with a text' },
  { words: /^(clitimeout|contimeout|srvtimeout)$/, branches: '2.1', why: 'refused from 2.1 on, with a text' },
  { words: /^process$/, branches: '2.7', why: 'refused on bind lines from 2.7 on, with a text' },
  { words: /^(master-worker|option transparent)$/, branches: '3.5', why: 'refused from 3.5 on, with a text' },
  { words: /^usesrc$/, why: 'refused without a source before it' },
];

/** The words in the output of `haproxy -dKall`. */
export function wordsOfDump(text: string): KnownWord[] {
  const found: KnownWord[] = [];
  let title = '';
  let section = '';
  for (const line of text.split('\n')) {
    const [, begins] = /^# List of registered (.*?)(?: functions| names| keywords)*:$/.exec(line) ?? [];
    if (begins !== undefined) {
      [title, section] = [begins, ''];
    } else if (title === 'configuration' && /^\S/.test(line)) {
      section = line.trim();
    } else if (line.trim() !== '' && !line.startsWith('#')) {
      found.push(...wordsOfLine(title, section, line.trim()));
    }
  }
  return found;
}

function wordsOfLine(title: string, section: string, line: string): KnownWord[] {
  const [name = ''] = /^[^(:\s]+/.exec(line.replace(/^\[.*?\]\s*/, '')) ?? [];
  switch (title) {
    case 'ACL':
      return [{ table: 'criterion', words: name }];
    case 'sample converter':
      return [{ table: 'converter', words: name }];
    case 'sample fetch':
      return [{ table: 'fetch', words: name }];
    case 'filter':
      return [{ table: 'proxy', words: `filter ${name}` }];
    case 'configuration':
      return section === 'crt-list' ? [] : [configurationWord(section, line.split(/\s+/))];
    default:
      return [];
  }
}

function configurationWord(section: string, parts: readonly string[]): KnownWord {
  const [first = '', second = '', third = '', fourth = ''] = parts;
  const rule = /^(tcp|http)-(request|response|after-response)$/.test(first) && parts.length > 1;
  if (first === 'bind' && second === '<addr>') {
    return { table: 'bind', words: third === 'ssl' && /^[a-z]/.test(fourth) ? fourth : third };
  }
  if (first === 'server' && second === '<name>') {
    return { table: 'server', words: fourth };
  }
  if (rule) {
    const deep = first.startsWith('tcp');
    return {
      table: 'rule',
      words: (deep ? third : second).replace(/\*$/, ''),
      place: deep ? `${first}/${second}` : first,
    };
  }
  const table = section === 'listen' ? 'proxy' : section;
  return { table, words: first === 'option' ? `option ${second}` : first };
}

/**
 * The words of a dump that the linter's tables lack, or would refuse for the version, as `table: words`.
 *
 * @param text the output of `haproxy -dKall`
 * @param version of the binary
 */
export function missingWords(text: string, version: HaproxyVersion): string[] {
  const missing: string[] = [];
  for (const word of wordsOfDump(text)) {
    if (!isRefused(word.words, version) && !isTaken(word, version)) {
      missing.push(`${word.place ?? word.table}: ${word.words}`);
    }
  }
  return missing;
}

const isRefused = (text: string, { branch }: HaproxyVersion): boolean =>
  REFUSED.some(({ words, branches = '1.6' }) => words.test(text) && branchOrder(branch) >= branchOrder(branches));

function isTaken({ table, words, place }: KnownWord, version: HaproxyVersion): boolean {
  const taken = (keyword: Parameters<typeof availabilityOn>[0] | undefined) =>
    keyword !== undefined && !['too-new', 'removed'].includes(availabilityOn(keyword, version));
  if (taken(keywordOf(table, words.split(' '), version.branch, place))) {
    return true;
  }
  // Words with an argument in brackets, and the first word of several directives.
  return (
    taken(keywordOf(table, [`${words}(`], version.branch, place)) ||
    KEYWORDS.some((keyword) => keyword.table === table && keyword.words.startsWith(`${words} `) && taken(keyword))
  );
}
