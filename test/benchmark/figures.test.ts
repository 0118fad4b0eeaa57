import { readFileSync } from 'node:fs';
import { quotedFigures, quoteFigures } from '../../benchmark/quote';

const README = readFileSync('README.md', 'utf8');
const RESULTS = readFileSync('benchmark/RESULTS.md', 'utf8');

test("the README's figures are those of benchmark/RESULTS.md", () => {
  const quoted = quotedFigures(README);
  expect(quoted.length).toBeGreaterThan(0);
  expect(quoted.filter((line) => !RESULTS.split('\n').includes(line))).toEqual([]);
});

test('new figures take the place of old ones and of nothing else', () => {
  const changed = quoteFigures(README, ['- one', '- two']);
  expect(quotedFigures(changed)).toEqual(['- one', '- two']);
  expect(quoteFigures(changed, quotedFigures(README))).toBe(README);
});
