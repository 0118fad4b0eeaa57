import { COUNTER_EXAMPLES } from './counter-examples';
import { fuzz } from './harness';
import { closeSockets } from './socket-targets';
import { TARGETS } from './targets';

/** Fixed, so that two runs are alike. `npm run fuzz` looks further. */
const SEED = 1;
const EXECUTIONS = 1000;

afterAll(closeSockets);

test('the shares of the targets are a whole', () => {
  expect(TARGETS.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test.each(TARGETS)(
  'whatever it reads, $name does not crash, hang, swell or pollute',
  async (target) => {
    const { executions } = await fuzz(target, EXECUTIONS, SEED, COUNTER_EXAMPLES[target.name] ?? []);
    expect(executions).toBeGreaterThanOrEqual(EXECUTIONS);
  },
  60_000,
);
