import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ACKNOWLEDGED, type Acknowledged } from './acknowledged';

const EXAMPLES = resolve(__dirname, '../../examples');
const names = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('/app.ts') && !file.includes('node_modules'))
  .map((file) => file.slice(0, -'/app.ts'.length))
  .sort();

const used = new Set<Acknowledged>();

test.each(names)('cdk-nag finds nothing in the example %s that is not acknowledged with a reason', (name) => {
  const { app } = require(join(EXAMPLES, name, 'app')) as { app: App };
  app.synth();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const unknown = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.flatMap(({ constructPath = '' }) => {
      const known = ACKNOWLEDGED.find(({ rule, path }) => rule.test(ruleName) && path.test(constructPath));
      if (known !== undefined) {
        used.add(known);
        return [];
      }
      return [`${ruleName} ${constructPath}`];
    }),
  );
  expect(unknown).toEqual([]);
});

test('every acknowledgement is of a finding that there is', () => {
  expect(ACKNOWLEDGED.filter((one) => !used.has(one))).toEqual([]);
});
