import { branchOrder } from '../../lib/haproxy/version/branches';
import type { Keyword, Trait } from './keyword';
import { CRITERIA } from './tables/acl-criteria';
import { BIND } from './tables/bind';
import { CONVERTERS } from './tables/converters';
import { GLOBAL } from './tables/global';
import { ALIASES } from './tables/log-aliases';
import { OPTION } from './tables/options';
import { PROXY } from './tables/proxy';
import { RULES } from './tables/rules';
import { SAMPLE_FETCHES } from './tables/sample-fetches';
import { OTHER_SECTIONS, SECTION } from './tables/sections';
import { SERVER } from './tables/server';
import { TUNE } from './tables/tune';
import { WORDS } from './tables/values';

export { availabilityOn, firstWith, type Keyword, type Trait } from './keyword';

/** The configuration language, table by table. */
export const KEYWORDS: readonly Keyword[] = [
  ...SECTION,
  ...GLOBAL,
  ...TUNE,
  ...PROXY,
  ...OPTION,
  ...RULES,
  ...SERVER,
  ...BIND,
  ...OTHER_SECTIONS,
  ...SAMPLE_FETCHES,
  ...CONVERTERS,
  ...CRITERIA,
  ...ALIASES,
  ...WORDS,
];

/** The kinds of section that share the table `proxy`. */
export const PROXIES: ReadonlySet<string> = new Set(['defaults', 'frontend', 'backend', 'listen']);

const BY_TRAIT = new Map<Trait, Keyword[]>();
/** Keywords by table and words, oldest first. */
const BY_WORDS = new Map<string, Map<string, Keyword[]>>();
for (const keyword of KEYWORDS) {
  const { table, traits, words } = keyword;
  for (const trait of traits.keys()) {
    BY_TRAIT.set(trait, [...(BY_TRAIT.get(trait) ?? []), keyword]);
  }
  let known = BY_WORDS.get(table);
  if (known === undefined) {
    known = new Map();
    BY_WORDS.set(table, known);
  }
  const editions = known.get(words);
  if (editions === undefined) {
    known.set(words, [keyword]);
  } else {
    editions.push(keyword);
    editions.sort((a, b) => branchOrder(a.since) - branchOrder(b.since));
  }
}

/** The keywords with a trait, in the order of the tables. */
export const withTrait = (trait: Trait): readonly Keyword[] => BY_TRAIT.get(trait) ?? [];

/** The most words that a directive begins with. */
const LONGEST = 3;

/**
 * The keyword that a line begins with: the longest that is in the table, in the edition of a branch.
 *
 * @param section a kind of section, or another table such as `server`, `bind`, `rule`, `fetch` or `converter`
 * @param words of the line; words after the keyword do not matter
 * @param branch the branch of the edition @default - the oldest
 * @param place required place of the keyword, such as a rule set; keywords without it are skipped
 */
export function keywordOf(
  section: string,
  words: readonly string[],
  branch?: string,
  place?: string,
): Keyword | undefined {
  const known = BY_WORDS.get(PROXIES.has(section) ? 'proxy' : section);
  for (let length = Math.min(LONGEST, words.length); length > 0 && known !== undefined; length -= 1) {
    const editions = known.get(length === 1 ? words[0]! : words.slice(0, length).join(' '));
    const edition = editions === undefined ? undefined : editionOf(editions, branch, place);
    if (edition !== undefined) {
      return edition;
    }
  }
  return undefined;
}

/** The edition of a branch, else the oldest; of those at a place when one is given. */
function editionOf(editions: readonly Keyword[], branch = '1.6', place?: string): Keyword | undefined {
  let edition: Keyword | undefined;
  for (const keyword of editions) {
    const stands = place === undefined || keyword.places.includes(place);
    if (stands && (edition === undefined || branchOrder(keyword.since) <= branchOrder(branch))) {
      edition = keyword;
    }
  }
  return edition;
}

/** Whether a word opens a section on any branch. Anything else belongs to the section above it. */
export const opensSection = (word: string): boolean => keywordOf('section', [word]) !== undefined;
