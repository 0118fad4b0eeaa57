import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EVENT_SOURCE, INCIDENT_EVENTS } from '../../lib/contract/incident-event';
import { VERDICTS } from '../../lib/contract/verdicts';
import { resourcesOf } from '../e2e/template';
import { BLOCKS, ROOT } from './markdown';

const page = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');
const example = JSON.parse(
  BLOCKS.find(({ place, language }) => /^docs\/events/.test(place) && language === 'json')!.text,
);

/** The names of the fields of the contract, in its order. */
const source = readFileSync(join(ROOT, 'lib/contract/incident-event.ts'), 'utf8');
const FIELDS = [...source.slice(source.indexOf('IncidentEventDetail')).matchAll(/^ {2}readonly (\w+)\??:/gm)].map(
  ([, name]) => name!,
);

test('docs/events.md shows an event with every field, and names each but the version of the schema', () => {
  expect(FIELDS.length).toBeGreaterThan(15);
  expect(Object.keys(example)).toEqual(FIELDS);
  const rows = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, names]) => names!.match(/\w+/g)!);
  expect(rows).toEqual(FIELDS.filter((name) => name !== 'version'));
  expect(page).toContain(`\`source\` is \`${EVENT_SOURCE}\``);
  for (const { detailType } of Object.values(INCIDENT_EVENTS)) {
    expect(page).toContain(`\`${detailType}\``);
  }
});

test('the page of a verdict has a heading for each, to which the events link', () => {
  const headings = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8').match(/^## [\w-]+$/gm);
  expect(headings).toEqual(Object.keys(VERDICTS).map((kind) => `## ${kind}`));
});

const RECIPES = readdirSync(join(ROOT, 'examples')).filter((name) => name.startsWith('incidents-to-'));

describe.each(RECIPES)('the example %s', (name) => {
  const { app } = require(join(ROOT, 'examples', name, 'app')) as { app: App };
  const stack = app.node.children.find((child): child is Stack => 'templateFile' in child)!;
  const rules = resourcesOf(Template.fromStack(stack), 'AWS::Events::Rule').map(({ properties }) => properties);

  test('sends the events of one monitor to a target', () => {
    expect(rules.length).toBeGreaterThan(0);
    for (const { EventPattern, Targets } of rules) {
      expect(EventPattern).toMatchObject({ source: [EVENT_SOURCE], detail: { monitor: ['haproxy-elb-production'] } });
      expect(Targets).toHaveLength(1);
    }
  });

  test('uses fields that an event has', () => {
    const paths = rules.flatMap(({ Targets }) =>
      Object.values<string>(Targets[0].InputTransformer?.InputPathsMap ?? {}),
    );
    const known = [...FIELDS, 'links.runbook', 'links.log'].map((field) => `$.detail.${field}`);
    expect(paths.filter((path) => !known.includes(path))).toEqual([]);
  });
});

test('there is a recipe for each of SNS, Slack, PagerDuty and Incident Manager', () => {
  expect(RECIPES).toEqual([
    'incidents-to-incident-manager',
    'incidents-to-pagerduty',
    'incidents-to-slack',
    'incidents-to-sns',
  ]);
});
