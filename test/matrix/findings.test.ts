import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import * as library from '../../lib';
import { ACKNOWLEDGED } from '../../lib/private/findings';
import { OPTIONAL } from '../../scripts/findings';

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

/** Runs a pack over an app. @returns the findings about our constructs, and the acknowledgements that hid others */
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
  const findings = pack.validateScope(app).violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.flatMap(({ constructPath = '' }) => {
      const resource = constructPath.split('/').reduce<IConstruct>((at, id) => at.node.findChild(id), app);
      return isOurs(resource) ? [{ rule: ruleName, path: constructPath }] : [];
    }),
  );
  return { findings, used };
}

const matrix = appOf(join(__dirname, 'app'));
const apps = [matrix, ...examples.map(appOf)];
const runs = apps.flatMap((app) => [run(AwsSolutionsChecks, app), run(NIST80053R5Checks, app)]);
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

test('with these options there is none', () => {
  expect(findings.filter(({ path }) => path.startsWith('Everything/'))).toEqual([]);
});

test('every row is about a finding', () => {
  const rules = [...findings.map(({ rule }) => rule), ...runs.flatMap(({ used }) => [...used])];
  const rows = [...Object.values(ACKNOWLEDGED), ...OPTIONAL].flatMap(({ nag }) => nag as readonly string[]);
  expect(rows.filter((rule) => !rules.includes(rule))).toEqual([]);
});
