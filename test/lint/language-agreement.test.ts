import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkLanguage } from '../../lint/engine/validator';

/** A small configuration and the result of the first release of each branch: o, w, e, or ? if it is not known. */
interface Row {
  readonly name: string;
  readonly config: string;
  readonly verdicts: string;
}

/** A set of rows, and the branches that their letters are about. */
interface RowSet {
  readonly branches: string[];
  readonly rows: Row[];
}

const read = (name: string) =>
  JSON.parse(readFileSync(path.join(__dirname, '..', 'fixtures', `${name}.json`), 'utf8')) as RowSet;

/** What is predicted for a row; nothing when a line of it is not known. */
function predict({ config }: Row, branches: readonly string[]): string[] | undefined {
  const verdicts = branches.map((branch) =>
    checkLanguage([{ name: 'haproxy.cfg', text: config }], HaproxyVersion._read(`${branch}.0`)),
  );
  return verdicts.some(({ unknown }) => unknown.length > 0)
    ? undefined
    : verdicts.map(({ findings }) =>
        findings.some(({ severity }) => severity === 'error') ? 'e' : findings.length > 0 ? 'w' : 'o',
      );
}

/** How the predictions for a set compare with what HAProxy said, of the branches that are supported. */
function compare({ branches, rows }: RowSet) {
  const judged = branches.filter((branch) => branch !== '1.5');
  const first = branches.indexOf(judged[0]!);
  const count = { known: 0, agreeing: 0, cells: 0, agreeingCells: 0 };
  const others: string[] = [];
  for (const row of rows) {
    const predicted = predict(row, judged);
    if (predicted === undefined) {
      continue;
    }
    const pairs = judged
      .map((branch, i) => ({ branch, real: row.verdicts[first + i]!, ours: predicted[i]! }))
      .filter(({ real }) => real !== '?');
    const wrong = pairs.filter(({ real, ours }) => real !== ours);
    count.known += 1;
    count.cells += pairs.length;
    count.agreeingCells += pairs.length - wrong.length;
    count.agreeing += wrong.length === 0 ? 1 : 0;
    if (wrong.length > 0) {
      others.push(`${row.name}: ${wrong.map(({ branch, real, ours }) => `${branch} ${real} not ${ours}`).join(', ')}`);
    }
  }
  return { ...count, others };
}

const percent = (part: number, whole: number) => ((100 * part) / whole).toFixed(1);

test('agrees with the real first release of every branch', () => {
  const set = read('haproxy-verdicts');
  const all = set.rows.length;
  const { known, agreeing, cells, agreeingCells, others } = compare(set);
  process.stdout.write(
    [
      `knows ${known} of ${all} rows (${percent(known, all)} %); agrees on ${agreeing} of ${known} (${percent(agreeing, known)} %)`,
      `verdicts: ${agreeingCells} of ${cells} (${percent(agreeingCells, cells)} %)`,
      ...others,
      '',
    ].join('\n'),
  );
  expect(known / all).toBeGreaterThanOrEqual(0.9);
  expect(agreeing / known).toBeGreaterThanOrEqual(0.98);
});

test('agrees with it on lines that depend on each other, row by row', () => {
  const set = read('haproxy-verdicts-sections');
  const { known, others } = compare(set);
  expect(others).toEqual([]);
  expect(known).toBe(set.rows.length);
});
