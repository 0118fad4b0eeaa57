import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import * as library from '../../lib';
import { ACKNOWLEDGED } from '../../lib/private/findings';
import { OPTIONAL } from '../../scripts/findings';
import { ACKNOWLEDGED_IN_EXAMPLES, type Acknowledged } from './acknowledged';

const EXAMPLES = resolve(__dirname, '../../examples');
const examples = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('/app.ts') && !file.includes('node_modules'))
  .map((file) => join(EXAMPLES, file))
  .sort();

/** The parts of a proxy or a monitor that are children of a stack. */
const OF_STACK = /^(DriftCheck|DriftProbe|LoadBalancerLookupLogGroup)/;

const CONSTRUCTS = [
  library.CensusAccess,
  library.DriftCensus,
  library.HaproxyElbProxy,
  library.DriftHub,
  library.DriftMonitor,
  library.MonitoredHaproxy,
  library.DriftConfigRule,
  library.SecurityHubFindings,
];
const isOurs = (resource: IConstruct) =>
  resource.node.scopes.some((scope) => CONSTRUCTS.some((one) => scope instanceof one) || OF_STACK.test(scope.node.id));

/** Runs a pack over an app. @returns the findings, and the acknowledgements that hid others */
function run(Pack: new (app: App) => NagPack, app: App) {
  const pack = new Pack(app);
  const used = new Set<string>();
  // The pack keeps to itself what it hides.
  const isAcknowledged: (resource: IConstruct, rule: string) => boolean = Reflect.get(pack, 'isAcknowledged');
  Reflect.set(pack, 'isAcknowledged', (resource: IConstruct, rule: string) => {
    const acknowledged = isAcknowledged.call(pack, resource, rule);
    if (acknowledged) {
      used.add(rule);
    }
    return acknowledged;
  });
  // Its rule about event buses reads a deprecated property of every policy: the CDK would warn of a use that is not ours.
  const { JSII_DEPRECATED } = process.env;
  process.env.JSII_DEPRECATED = 'quiet';
  const { violations } = pack.validateScope(app);
  process.env.JSII_DEPRECATED = JSII_DEPRECATED;
  const all = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => {
      const resource = constructPath.split('/').reduce<IConstruct>((at, id) => at.node.findChild(id), app);
      return { rule: ruleName, path: constructPath, ours: isOurs(resource) };
    }),
  );
  return { findings: all.filter(({ ours }) => ours), others: all.filter(({ ours }) => !ours), used };
}

const matrix = appOf(join(__dirname, 'app'));
const exampleApps = examples.map(appOf);
const solutions = exampleApps.map((app) => run(AwsSolutionsChecks, app));
const runs = [
  ...solutions,
  run(AwsSolutionsChecks, matrix),
  ...[...exampleApps, matrix].map((app) => run(NIST80053R5Checks, app)),
];
const findings = runs.flatMap((one) => one.findings);

function appOf(file: string): App {
  const { app } = require(file) as { app: App };
  app.synth();
  return app;
}

test('every finding of cdk-nag about our constructs is acknowledged, or an option ends it', () => {
  const optional = OPTIONAL.flatMap(({ nag }) => nag);
  expect(findings.filter(({ rule }) => !optional.includes(rule))).toEqual([]);
});

test("every finding of cdk-nag's AwsSolutions about the rest of an example is acknowledged with a reason", () => {
  const others = solutions.flatMap((one) => one.others);
  const isAbout = ({ rule, path }: Acknowledged, one: (typeof others)[number]) =>
    rule.test(one.rule) && path.test(one.path);
  expect(others.filter((one) => !ACKNOWLEDGED_IN_EXAMPLES.some((row) => isAbout(row, one)))).toEqual([]);
  expect(ACKNOWLEDGED_IN_EXAMPLES.filter((row) => !others.some((one) => isAbout(row, one)))).toEqual([]);
});

test('with these options there is none', () => {
  expect(findings.filter(({ path }) => path.startsWith('Everything/'))).toEqual([]);
});

test('every row is about a finding', () => {
  const rules = [...findings.map(({ rule }) => rule), ...runs.flatMap(({ used }) => [...used])];
  const rows = [...Object.values(ACKNOWLEDGED), ...OPTIONAL].flatMap(({ nag }) => nag as readonly string[]);
  expect(rows.filter((rule) => !rules.includes(rule))).toEqual([]);
});
