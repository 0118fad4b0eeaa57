import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { KEYWORDS } from '../../lint/keywords';
import { availabilityOn, type Keyword } from '../../lint/keywords/keyword';
import { DUMP_ARGS, DUMP_CONFIG, DUMPS_SINCE, missingWords } from '../../scripts/keyword-dump';
import type { HaproxyBinary } from '../../testbed/binaries';
import { availableBinaries } from '../support/binaries';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'keyword-walk-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function output({ command: [file, ...args] }: HaproxyBinary, more: readonly string[], config: string): string {
  const name = path.join(folder, 'walk.cfg');
  writeFileSync(name, config);
  const { stdout, stderr } = spawnSync(file!, [...args, ...more, name], { encoding: 'utf8', timeout: 20_000 });
  return `${stdout}\n${stderr}`;
}

const versionOf = ({ version }: HaproxyBinary) => HaproxyVersion.of(version);
const dumping = availableBinaries().filter((binary) => versionOf(binary).isAtLeast(DUMPS_SINCE));

test.each(dumping)('HAProxy $version: no word of its own list is refused for it', (binary) => {
  const words = output(binary, DUMP_ARGS, DUMP_CONFIG);
  expect(words.split('\n').length).toBeGreaterThan(1000);
  expect(missingWords(words, versionOf(binary))).toEqual([]);
});

/** A section that has the line of a word. */
type Probe = (words: string) => string;

const inSection =
  (opening: string): Probe =>
  (words) =>
    `${opening}\n${words}`;

/** How a word of each table is put to a binary. */
const PROBES: Readonly<Record<string, Probe>> = {
  global: inSection('global'),
  bind: (words) => `listen l\nbind 127.0.0.1:1 ${words}`,
  server: (words) => `backend b\nserver s 127.0.0.1:1 ${words}`,
  // An error in an ACL does not end the reading of the file.
  fetch: (words) => `backend b\nacl x ${words} -m found`,
  converter: (words) => `backend b\nacl x str(a),${words} -m found`,
  resolvers: inSection('resolvers x'),
  cache: inSection('cache x'),
  mailers: inSection('mailers x'),
  ring: inSection('ring x'),
  peers: inSection('peers x'),
  'fcgi-app': inSection('fcgi-app x'),
  'log-forward': inSection('log-forward x'),
};

/** What a binary says of a word that it does not have. */
const UNKNOWN = /unknown (keyword|statement|fetch method|conv(erter| method))|'stats' only supports/i;

/** More errors in one file end the reading of it. */
const AT_ONCE = 30;

/** The words of a table that a binary does not have. */
function unknownOf(binary: HaproxyBinary, keywords: readonly Keyword[], probe: Probe): Set<Keyword> {
  const unknown = new Set<Keyword>();
  for (let at = 0; at < keywords.length; at += AT_ONCE) {
    const some = keywords.slice(at, at + AT_ONCE);
    const lines: string[] = ['global', 'expose-experimental-directives'].slice(
      versionOf(binary).isAtLeast('2.4') ? 0 : 2,
    );
    const byLine = new Map<number, Keyword>();
    for (const keyword of some) {
      lines.push(...probe(keyword.words.replace(/\($/, '')).split('\n'));
      byLine.set(lines.length, keyword);
    }
    for (const line of output(binary, ['-c', '-f'], `${lines.join('\n')}\n`).split('\n')) {
      const [, number] = /walk\.cfg:(\d+)\]/.exec(line) ?? [];
      const keyword = byLine.get(Number(number));
      if (keyword !== undefined && UNKNOWN.test(line)) {
        unknown.add(keyword);
      }
    }
  }
  return unknown;
}

test.each(availableBinaries())(
  'HAProxy $version: has each word that is taken for it, and no other',
  (binary) => {
    const version = versionOf(binary);
    const wrong: string[] = [];
    for (const [table, probe] of Object.entries(PROBES)) {
      const keywords = KEYWORDS.filter((keyword) => keyword.table === table);
      const unknown = unknownOf(binary, keywords, probe);
      for (const keyword of keywords) {
        const life = availabilityOn(keyword, version);
        const editions = keywords.filter(({ words }) => words === keyword.words);
        const taken = editions.some((one) => ['current', 'deprecated'].includes(availabilityOn(one, version)));
        const needs = editions.some((one) => one.needs !== undefined);
        if (taken && !needs && unknown.has(keyword)) {
          wrong.push(`${table}: ${keyword.words} is taken, and the binary does not have it`);
        }
        // An error may have ended the reading of the file above the word: it is read again alone.
        const refused = life === 'too-new' && !editions.some((one) => availabilityOn(one, version) !== 'too-new');
        if (refused && !unknown.has(keyword) && unknownOf(binary, [keyword], probe).size === 0) {
          wrong.push(`${table}: ${keyword.words} is refused, and the binary has it`);
        }
      }
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);
