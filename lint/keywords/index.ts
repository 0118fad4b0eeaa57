import { branchOrder } from '../../lib/haproxy/version/branches';
import type { Fact, Trait } from './keyword';
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

export { type Fact, type Life, lifeOn, type Standing, type Trait } from './keyword';

/** Everything that is known of the configuration language, table by table. */
export const FACTS: readonly Fact[] = [
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

const BY_TRAIT = new Map<Trait, Fact[]>();
for (const fact of FACTS) {
  for (const trait of fact.traits.keys()) {
    BY_TRAIT.set(trait, [...(BY_TRAIT.get(trait) ?? []), fact]);
  }
}

/** The keywords that have something in common, in the order of the tables. */
export const withTrait = (trait: Trait): readonly Fact[] => BY_TRAIT.get(trait) ?? [];

/** Facts by table and words, oldest first. */
const BY_WORDS = new Map<string, Map<string, Fact[]>>();
for (const fact of FACTS) {
  const words = BY_WORDS.get(fact.table) ?? new Map<string, Fact[]>();
  words.set(
    fact.words,
    [...(words.get(fact.words) ?? []), fact].sort((a, b) => branchOrder(a.since) - branchOrder(b.since)),
  );
  BY_WORDS.set(fact.table, words);
}

/** The most words that a directive begins with. */
const LONGEST = 3;

/**
 * The fact about the words that a line begins with: the longest that is in the table, in the edition of a branch.
 *
 * @param section a kind of section, or another table such as `server`, `bind`, `rule`, `fetch` or `converter`
 * @param words of the line; words after the directive do not matter
 * @param branch whose edition is asked for @default - the oldest
 * @param place that a fact has to have, such as a rule set; others are passed over
 */
export function factOf(section: string, words: readonly string[], branch?: string, place?: string): Fact | undefined {
  const facts = BY_WORDS.get(PROXIES.has(section) ? 'proxy' : section);
  for (let length = Math.min(LONGEST, words.length); length > 0 && facts !== undefined; length -= 1) {
    const found = facts.get(length === 1 ? words[0]! : words.slice(0, length).join(' '));
    const edition = found === undefined ? undefined : editionOf(found, branch, place);
    if (edition !== undefined) {
      return edition;
    }
  }
  return undefined;
}

/** Whether a word opens a section on any branch. Anything else belongs to the section above it. */
export const opensSection = (word: string): boolean => factOf('section', [word]) !== undefined;

/** The edition that a branch has, else the oldest; of those at a place when one is given. */
function editionOf(facts: readonly Fact[], branch: string | undefined, place: string | undefined): Fact | undefined {
  let edition: Fact | undefined;
  for (const fact of facts) {
    if (place !== undefined && !fact.places.includes(place)) {
      continue;
    }
    if (edition === undefined || (branch !== undefined && branchOrder(fact.since) <= branchOrder(branch))) {
      edition = fact;
    }
  }
  return edition;
}

/**
 * The first branch that has a directive, an option or a word; 1.6 stands for 1.6 or older.
 *
 * @param section a kind of section, or another table such as `server`, `bind`, `rule`, `fetch` or `converter`
 * @param words that a line begins with, such as `['timeout', 'resolve']`
 * @returns nothing when the words are unknown there
 */
export function since(section: string, words: readonly string[]): string | undefined {
  const fact = factOf(section, words);
  return fact !== undefined && PROXIES.has(section) && !stands(fact, section) ? undefined : fact?.since;
}

const stands = (fact: Fact, section: string): boolean =>
  fact.standing.has(section) || (section === 'defaults' && fact.namedDefaultsSince !== undefined);
