import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { lint } from '../../lint';
import { KEYWORDS } from '../../lint/keywords';
import { ALL_RULES } from '../../lint/rules';
import { versions } from '../haproxy/arbitraries';

/** A help text that says to do something, and not to what. */
const WITHOUT_OBJECT = /^(add|remove|use|declare|write|correct) (it|them|one|one of them)( there| above| here)?($|,)/;

interface Row {
  readonly config: string;
}

const FILE = path.join(__dirname, '..', 'fixtures', 'haproxy-verdicts.json');
const ROWS = (JSON.parse(readFileSync(FILE, 'utf8')) as { rows: Row[] }).rows;

const SECTIONS = ['global', 'frontend f', 'backend b', 'resolvers r', 'peers p', 'cache c', 'ring x', 'fcgi-app a'];
const LINES = fc.tuple(
  fc.constantFrom(...SECTIONS),
  fc.constantFrom(...new Set(KEYWORDS.map(({ words }) => words))),
  fc.constantFrom('', ' x', ' a b', ' 5', ' if', ' 10.0.0.1:80 x', ' "'),
);
const SNIPPETS = fc.oneof(
  LINES.map(([section, words, rest]) => `${section}\n    ${words}${rest}\n`),
  fc.constantFrom(...ROWS.map(({ config }) => config)),
);

test('every help text names its object', () => {
  expect(ALL_RULES.filter(({ help }) => WITHOUT_OBJECT.test(help))).toEqual([]);
  fc.assert(
    fc.property(SNIPPETS, versions, (text, version) => {
      const wrong = lint(text, version).filter(({ help }) => WITHOUT_OBJECT.test(help));
      expect(wrong.map(({ message, help }) => `${message}; ${help}`)).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
