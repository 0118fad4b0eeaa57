import { branchOrder } from '../../lib/haproxy/version/branches';
import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import { isOrigin, isPlace } from './checkpoints';
import { editionsOf } from './notation';

/** Whether a directive works in a kind of section, or HAProxy warns and ignores it. */
export type Standing = 'works' | 'ignored';

/**
 * Traits that keywords of a table share:
 *
 * - `http`: it works in HTTP mode only; `page`: it turns the statistics page on
 * - `check`: it sets the kind of health check
 * - `client-timeout` and the like: it sets this timeout
 * - `negatable`: `no` may precede it; `not-negatable`: `no` may not precede this option
 * - `opaque`: what follows is not read where the keyword is ignored
 * - `needed`: others need it, and do not miss it when its line is refused
 */
const TRAITS = [
  'http',
  'page',
  'check',
  'client-timeout',
  'connect-timeout',
  'server-timeout',
  'tunnel-timeout',
  'negatable',
  'not-negatable',
  'opaque',
  'needed',
] as const;

/** A trait of a keyword. */
export type Trait = (typeof TRAITS)[number];

/** A branch that got a word with a later release. */
interface Backport {
  readonly branch: string;
  /** The number of the first release that may have it: `14` of `3.2.14`. */
  readonly from: number;
  /** The number of the first release that is known to have it. @default - not known */
  readonly known?: number;
}

/** A keyword: where it is allowed, in which branches, and what follows it. */
export interface Keyword {
  /** The table: `section`, `global`, `proxy`, `server`, `bind`, `http-request`, `fetch`, `resolvers`, … */
  readonly table: string;
  /** The words that a directive begins with, such as `timeout connect`. A final `(` means an argument in brackets. */
  readonly words: string;
  /** Whether it works in each kind of section; a missing kind refuses it. */
  readonly standing: ReadonlyMap<string, Standing>;
  /** Elsewhere than in proxy sections: rule sets, `server` or `default-server`, where a sample is there, a mode. */
  readonly places: readonly string[];
  /** The branch before which the section kinds that ignore it take it. @default - they always ignored it */
  readonly ignoredSince?: string;
  /** The branch from which the section kinds that ignore it refuse it. @default - they continue to ignore it */
  readonly strictSince?: string;
  /** The branch from which it is allowed in a `defaults` section that has a name. @default - see `standing` */
  readonly namedDefaultsSince?: string;
  /** The first branch whose first release has it; 1.6 means 1.6 or older. */
  readonly since: string;
  /** The older branches that got it later, with a release. */
  readonly backports: readonly Backport[];
  /** The branch from which `haproxy -c` warns about it. @default - none does */
  readonly deprecated?: string;
  /** The branch from which `haproxy -c` refuses it. @default - none does */
  readonly removed?: string;
  /** The releases of older branches from which on it is refused too. */
  readonly removedReleases: readonly Backport[];
  /**
   * What a build needs to have it, such as `quic`: one that lacks it refuses the word.
   *
   * @default - every build has it
   */
  readonly needs?: string;
  /** What follows, in the notation of `notation.ts`. @default - nothing follows */
  readonly args: string;
  /** What to write instead of it. @default - there is no replacement */
  readonly instead?: string;
  /**
   * Of samples and converters: the type that they give; of ACL criteria: how they match.
   *
   * @default - it gives nothing
   */
  readonly result?: string;
  /** Its traits, each with the branch from which it holds. */
  readonly traits: ReadonlyMap<Trait, string>;
  /** A section of the manual, or the table of the source in which it is registered. */
  readonly source: string;
}

/** Sections whose letters are in the second column of a table. */
const LETTERS: Readonly<Record<string, string>> = {
  D: 'defaults',
  F: 'frontend',
  B: 'backend',
  L: 'listen',
};

/** The words of a version in the third column: `2.0 1.9.4 ~2.3 -2.5 +quic`. */
const DATES =
  /^(\d+\.\d+)((?: \d+\.\d+\.\d+(?:\.\.\d*)?)*)(?: ~(\d+\.\d+))?(?: -(\d+\.\d+)((?:,\d+\.\d+\.\d+)*))?(?: \+(\S+))?$/;

/** The second column of the table of proxies. */
const PLACE = /^([DFBLdfbl]+)(?:~(\d+\.\d+))?(?:!(\d+\.\d+))?(?:n(\d+\.\d+))?$/;

/** The tables with a result in the last column. */
const RESULTS = new Set(['fetch', 'converter', 'criterion']);

/** How many arguments a sample or converter takes, and their types; `!`: it looks at the first closely. */
const ARGUMENTS = /^(\d+(\.\.\d+)?( (str|sint|ipv4|ipv6|msk4|msk6|pbuf_fnum|reg|tab|be|fe|srv|usr|!))+)?$/;

/**
 * Reads a table: one row a line, with the columns
 * `words ; where ; life ; what follows ; what to write instead ; traits`.
 *
 * Words with ` | ` between them share a row. `where` is letters for the kinds of proxy section (a small letter: warns
 * and ignores), with `~1.9` and `!3.2` for the branches from which the small letters warn and refuse, and `n2.5` for the
 * branch that takes it in named `defaults`. In tables that are not about sections it is a list of places, and the fifth
 * column may be a result. `life` is the first branch, `~` the first that warns, `-` the first that refuses, `+` what the
 * build needs; empty is every branch from 1.6 on. `http@1.8` is a trait from a branch on.
 *
 * Between the first branch and `~` are the releases of older branches that got the word later: `3.2.14` is exact,
 * `2.8.1..25` is one of these, and `3.0.12..` this one or a later one. `-3.4,3.2.10` is refused from 3.2.10 on as well.
 *
 * @param name of the table
 * @param source of its rows
 * @throws when a row has another form, or a signature that cannot be read
 */
export function table(name: string, source: string, text: string): Keyword[] {
  const rows = text.split('\n').map((row) => row.trim());
  return rows.filter((row) => row !== '').flatMap((row) => keywordsOf(name, source, row));
}

function keywordsOf(name: string, source: string, row: string): Keyword[] {
  const cells = row.split(';').map((cell) => cell.trim());
  const [words = '', where = '', life = '', args = '', last = '', traits = ''] = cells;
  const dates = DATES.exec(life === '' ? '1.6' : life);
  const place = name === 'proxy' ? PLACE.exec(where) : [];
  const gives = RESULTS.has(name);
  const places = name === 'proxy' || where === '' ? [] : where.split(' ');
  const read = gives ? ARGUMENTS.test(args) && (name !== 'fetch' || places.every(isOrigin)) : true;
  if (words === '' || dates === null || place === null || !read) {
    throw new Error(`not a row of the table '${name}': ${row}`);
  }
  const [, since = '', releases = '', deprecated, removed, removals = '', needs] = dates;
  const [, letters = '', ignoredSince, strictSince, namedDefaultsSince] = place;
  if (!gives && args !== '') {
    editionsOf(args);
    checkPlaces(args);
  }
  const standing = name === 'proxy' ? standingOf(letters) : NOWHERE;
  const instead = last === '' || gives ? undefined : last;
  const result = gives ? last : undefined;
  const backports = releases === '' ? NEVER : releases.trim().split(' ').map(backportOf);
  const removedReleases = removals === '' ? NEVER : removals.slice(1).split(',').map(backportOf);
  const has = traits === '' ? NO_TRAITS : new Map(traits.split(' ').map((trait) => traitOf(trait, since)));
  return words.split(' | ').map((one) => ({
    table: name,
    words: one,
    standing,
    places,
    ignoredSince,
    strictSince,
    namedDefaultsSince,
    since,
    backports,
    deprecated,
    removed,
    removedReleases,
    needs,
    args,
    instead,
    result,
    traits: has,
    source,
  }));
}

const NEVER: readonly Backport[] = [];

function backportOf(text: string): Backport {
  const [, branch = '', from, range, last] = /^(\d+\.\d+)\.(\d+)(\.\.(\d*))?$/.exec(text)!;
  const known = range === undefined ? from : last || undefined;
  return { branch, from: Number(from), known: known === undefined ? undefined : Number(known) };
}

const NOWHERE: Keyword['standing'] = new Map();
const NO_TRAITS: Keyword['traits'] = new Map();

function standingOf(letters: string): Keyword['standing'] {
  const standing = new Map<string, Standing>();
  for (const letter of letters) {
    const kind = LETTERS[letter.toUpperCase()]!;
    standing.set(kind, letter === letter.toUpperCase() ? 'works' : 'ignored');
  }
  return standing;
}

/** Refuses a place of samples or conditions that has no checkpoints. */
function checkPlaces(args: string): void {
  for (const [part, place = ''] of args.matchAll(/\b(?:fmt|expr|cond!?)\(([^)]*)\)/g)) {
    if (!isPlace(place)) {
      throw new Error(`'${place}' in the signature '${part}' is not a place: see checkpoints.ts`);
    }
  }
}

function traitOf(text: string, since: string): [Trait, string] {
  const [name, from = since] = text.split('@');
  const trait = TRAITS.find((one) => one === name);
  if (trait === undefined) {
    throw new Error(`'${name}' is not a trait of keywords`);
  }
  return [trait, from];
}

/**
 * Whether a version has a keyword. `late`: a release of its branch has it, and it is not known whether this one does.
 */
type Availability = 'too-new' | 'late' | 'current' | 'deprecated' | 'removed';

/** The part of a version that decides. */
type Release = Pick<HaproxyVersion, 'branch' | 'release'>;

/** Whether a version has a word, from its dates. */
export function availabilityOn(
  keyword: Pick<Keyword, 'since' | 'deprecated' | 'removed'> & Partial<Pick<Keyword, 'backports' | 'removedReleases'>>,
  version: Release,
): Availability {
  const order = branchOrder(version.branch);
  if (order < branchOrder(keyword.since)) {
    return backported(keyword.backports ?? NEVER, version);
  }
  const end = keyword.removedReleases?.find(({ branch }) => branch === version.branch);
  if (
    keyword.removed !== undefined &&
    (order >= branchOrder(keyword.removed) || (numberOf(version) ?? 0) >= (end?.from ?? 1e9))
  ) {
    return 'removed';
  }
  return keyword.deprecated !== undefined && order >= branchOrder(keyword.deprecated) ? 'deprecated' : 'current';
}

/** The last number of a release. */
const numberOf = ({ release }: Release): number | undefined =>
  release === undefined ? undefined : Number(release.split('.')[2]);

function backported(backports: readonly Backport[], version: Release): Availability {
  const backport = backportOn(backports, version.branch);
  const number = numberOf(version);
  if (backport === undefined || (number !== undefined && number < backport.from)) {
    return 'too-new';
  }
  return number !== undefined && number >= (backport.known ?? Number.POSITIVE_INFINITY) ? 'current' : 'late';
}

/**
 * The backport of a branch. A word that an older branch got later, the branches between have too: HAProxy brings a
 * change from the newest branch to older ones, and leaves none out.
 */
function backportOn(backports: readonly Backport[], branch: string): Backport | undefined {
  const order = branchOrder(branch);
  return (
    backports.find((one) => one.branch === branch) ??
    (backports.some((one) => branchOrder(one.branch) < order) ? { branch, from: 1 } : undefined)
  );
}

/** From where on a branch has a word that came later: its release where it is known, else the first branch. */
export function firstWith(keyword: Keyword, { branch }: Release): string {
  const backport = backportOn(keyword.backports, branch);
  return backport?.known === backport?.from && backport !== undefined ? `${branch}.${backport.from}` : keyword.since;
}
