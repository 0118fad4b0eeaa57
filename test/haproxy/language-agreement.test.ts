import { readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeLanguage } from '../../lib/haproxy/lint/language';
import { HaproxyVersion } from '../../lib/haproxy/version';

/** A small configuration and what the first release of each branch said to it: o, w, e, or ? where nobody knows. */
interface Row {
  readonly name: string;
  readonly config: string;
  readonly verdicts: string;
}

const file = path.join(__dirname, '..', 'fixtures', 'haproxy-verdicts.json');
const { branches, rows } = JSON.parse(readFileSync(file, 'utf8')) as { branches: string[]; rows: Row[] };
const judged = branches.map((branch, i) => ({ branch, i })).filter(({ branch }) => branch !== '1.5');

/** What is predicted for a row, branch by branch; nothing when a line of it is not known. */
function predict({ config }: Row): string[] | undefined {
  const verdicts = judged.map(({ branch }) =>
    judgeLanguage([{ name: 'haproxy.cfg', text: config }], HaproxyVersion.of(branch)),
  );
  return verdicts.some(({ unknown }) => unknown.length > 0)
    ? undefined
    : verdicts.map(({ findings }) =>
        findings.some(({ severity }) => severity === 'error') ? 'e' : findings.length > 0 ? 'w' : 'o',
      );
}

const percent = (part: number, whole: number) => ((100 * part) / whole).toFixed(1);

test('agrees with the real first release of every branch', () => {
  let known = 0;
  let agreeing = 0;
  let cells = 0;
  let agreeingCells = 0;
  const others: string[] = [];
  for (const row of rows) {
    const predicted = predict(row);
    if (predicted === undefined) {
      continue;
    }
    known += 1;
    const pairs = judged
      .map(({ branch, i }, n) => ({ branch, real: row.verdicts[i]!, ours: predicted[n]! }))
      .filter(({ real }) => real !== '?');
    const wrong = pairs.filter(({ real, ours }) => real !== ours);
    cells += pairs.length;
    agreeingCells += pairs.length - wrong.length;
    agreeing += wrong.length === 0 ? 1 : 0;
    if (wrong.length > 0) {
      others.push(`${row.name}: ${wrong.map(({ branch, real, ours }) => `${branch} ${real} not ${ours}`).join(', ')}`);
    }
  }
  process.stdout.write(
    [
      `knows ${known} of ${rows.length} rows (${percent(known, rows.length)} %); agrees on ${agreeing} of ${known} (${percent(agreeing, known)} %)`,
      `verdicts: ${agreeingCells} of ${cells} (${percent(agreeingCells, cells)} %)`,
      ...others,
      '',
    ].join('\n'),
  );
  expect(known / rows.length).toBeGreaterThanOrEqual(0.9);
  expect(agreeing / known).toBeGreaterThanOrEqual(0.98);
});
