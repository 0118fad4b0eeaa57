import { DEFINITIONS } from '../../lambda/controller/domain/verdicts';
import type { VerdictDefinition } from '../../lambda/controller/domain/verdicts/definition';
import { VERDICTS, type VerdictKind } from '../../lib/contract/verdicts';

const ALL: readonly VerdictDefinition[] = Object.values(DEFINITIONS);

/** The kinds for which this holds, sorted. */
const kindsWith = (holds: (definition: VerdictDefinition) => boolean): VerdictKind[] =>
  ALL.filter(holds)
    .map(({ kind }) => kind)
    .sort();

test('the definitions are those of the contract, with its severities', () => {
  expect(Object.fromEntries(ALL.map(({ kind, severity }) => [kind, severity]))).toEqual(VERDICTS);
});

// Operators rely on each row: a change of it belongs into CHANGELOG.md.
test.each<[what: string, holds: (definition: VerdictDefinition) => boolean, kinds: VerdictKind[]]>([
  [
    'fail a deployment',
    ({ blocksDeployment }) => blocksDeployment,
    ['failing-resolver', 'no-address', 'pinned', 'silent-resolver', 'unreachable-task', 'version-mismatch'],
  ],
  [
    'are repaired by new tasks',
    ({ repairedByNewTasks }) => repairedByNewTasks,
    ['leaving-address', 'no-address', 'stale-address'],
  ],
  ['prevent a repair', ({ preventsRepair }) => preventsRepair, ['unknown-upstream']],
  [
    'are not decided on during a deployment',
    ({ whileDeploying }) => whileDeploying === 'undecided',
    ['no-running-task', 'version-mismatch'],
  ],
  [
    'are not decided on for an upstream during a deployment',
    ({ whileDeploying }) => whileDeploying === 'undecided-for-upstreams',
    ['unreachable-task'],
  ],
  [
    'need the live addresses',
    ({ requires }) => requires.includes('live'),
    ['different-view', 'leaving-address', 'pinned', 'stale-address', 'uncovered-address'],
  ],
  [
    'need an answer of DNS',
    ({ requires }) => requires.includes('answers'),
    ['leaving-address', 'pinned', 'uncovered-address', 'unknown-upstream'],
  ],
  ['need an earlier check', ({ requires }) => requires.includes('history'), ['failing-resolver', 'silent-resolver']],
  [
    'mean that something was not checked',
    ({ blind }) => blind,
    ['invalid-record', 'unchecked', 'unknown-upstream', 'unreachable-task'],
  ],
])('these %s', (_what, holds, kinds) => {
  expect(kindsWith(holds)).toEqual(kinds);
});

test.each(ALL)('$kind explains itself in three texts that fit into a cell of a table', ({ explanation }) => {
  expect(Object.keys(explanation)).toEqual(['what', 'why', 'remedy']);
  for (const text of Object.values(explanation)) {
    expect(text).toMatch(/^[^A-Z|\n][^|\n]+[^.|\n]$/);
  }
});

test.each(ALL)('$kind says in one line what to do and what is over, for any subject', ({ remediation, over }) => {
  const sources = [undefined, { endpoints: ['10.0.0.5:9990'] }, { cluster: 'c', service: 's', runtimeApiPort: 1 }];
  for (const source of sources) {
    for (const tasks of [[], ['task-1'], Array.from({ length: 40 }, (_, i) => `task-${i}`)]) {
      const subject = {
        proxy: 'orders',
        source,
        tasks,
        allTasks: tasks.length > 1,
        dnsName: 'elb.test',
        address: '10.0.0.1',
      };
      expect(remediation(subject)).toMatch(/^[^\n]{10,900}$/);
      expect(over(subject)).toMatch(/^[^\n]{10,200}$/);
    }
  }
});
