/** The walls of the house: which folder may import which, types included. `npm test` checks them. */

/** What a folder may import besides itself. The longest name that fits a file is its folder. */
const MAY_IMPORT = {
  'lib/contract': [],
  'lib/haproxy': ['lib/contract'],
  lib: [],
  lint: ['lib/haproxy'],
  'lambda/controller/domain': ['lib/contract', 'lib/haproxy'],
  'lambda/controller/state': ['lib/contract', 'lib/haproxy', 'lambda/controller/domain'],
  'lambda/controller/aws': ['lib/contract', 'lib/haproxy', 'lambda/controller/domain', 'lambda/controller/state'],
  'lambda/controller': ['lib/contract', 'lib/haproxy', 'lambda/probe'],
  'lambda/probe': ['lib/contract', 'lib/haproxy'],
  'lambda/census': ['lib/contract'],
  'lambda/compliance': ['lib/contract', 'lambda/controller/aws', 'lambda/controller/domain'],
  testbed: ['lib/contract', 'lib/haproxy', 'lambda'],
  lab: ['lib/contract', 'lib/haproxy', 'lambda', 'testbed'],
  bin: ['lib', 'lint', 'lambda', 'testbed', 'lab', 'package.json'],
  benchmark: ['lib/contract', 'lib/haproxy', 'lib/private/proxy/start-script.ts', 'lint', 'lambda', 'testbed', 'lab'],
  chaos: ['lib/contract', 'lib/haproxy', 'lambda', 'testbed', 'lab'],
  scripts: ['lib', 'lint', 'lambda', 'testbed', 'lab', 'bin', 'benchmark', 'package.json'],
};

/** Pure: they import neither a package nor a module of Node. */
const PURE = ['lib/contract', 'lib/haproxy', 'lint', 'lambda/controller/domain'];

const below = (folders) => `^(${folders.join('|')})(/|$)`;
const folders = Object.keys(MAY_IMPORT);

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'A circle of imports makes its files one file: move what both need below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-test',
      comment: 'What tests share with others belongs into testbed/.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    ...folders.map((folder) => ({
      name: `${folder}-imports`,
      comment: `${folder} may import ${[folder, ...MAY_IMPORT[folder]].join(', ')} of this project.`,
      severity: 'error',
      from: { path: below([folder]), pathNot: inner(folder) },
      to: { pathNot: below([folder, ...MAY_IMPORT[folder]]), dependencyTypes: ['local'] },
    })),
    {
      name: 'pure',
      comment:
        'No I/O and no package: the same input gives the same output everywhere. (`net` recognizes addresses, `crypto` hashes.)',
      severity: 'error',
      from: { path: below(PURE) },
      to: {
        pathNot: '^(net|crypto)$',
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
      },
    },
    {
      name: 'probe-has-no-aws',
      comment: 'The code that reads what strangers send has no permission and no AWS SDK.',
      severity: 'error',
      from: { path: '^lambda/probe/' },
      to: { path: '@aws-sdk|@smithy|^aws-cdk-lib' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};

/** The folders inside a folder that have a rule of their own. */
function inner(folder) {
  const others = folders.filter((other) => other.startsWith(`${folder}/`));
  return others.length === 0 ? [] : [below(others)];
}
