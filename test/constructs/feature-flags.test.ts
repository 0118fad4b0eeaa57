import { Template } from 'aws-cdk-lib/assertions';
import { ElbUpstream, HaproxyElbProxy } from '../../lib';
import { stackWithAlb } from './stacks';
import { configurationOf, permissionsOf, recordsOf } from './template';

/** The flags that `cdk init` switches on in a new app. */
const FLAGS: Record<string, unknown> = require('aws-cdk-lib/recommended-feature-flags.json');

function templateWith(context: Record<string, unknown>): Template {
  const { app, stack, vpc, alb } = stackWithAlb(context);
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 80 }) });
  app.synth();
  return Template.fromStack(stack);
}

const old = templateWith({});
const recommended = templateWith(FLAGS);

const countsOf = (template: Template) => {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values<{ Type: string }>(template.toJSON().Resources)) {
    counts[Type] = (counts[Type] ?? 0) + 1;
  }
  return counts;
};

test('there are flags to be tried', () => {
  expect(Object.keys(FLAGS).length).toBeGreaterThan(50);
});

test('an app with all recommended feature flags has the same resources, and no log group that nobody asked for', () => {
  // The VPC and its default security group are not ours.
  const { 'Custom::VpcRestrictDefaultSG': _, ...ours } = countsOf(recommended);
  const { 'AWS::Lambda::Function': functions, 'AWS::IAM::Role': roles, ...rest } = ours;
  const { 'AWS::Lambda::Function': oldFunctions, 'AWS::IAM::Role': oldRoles, ...oldRest } = countsOf(old);
  expect(rest).toEqual(oldRest);
  recommended.resourceCountIs('AWS::Logs::LogGroup', 2);
});

test('it has the same configuration, record and permissions', () => {
  const record = (template: Template) => recordsOf(template).map(({ proxy: _, ...rest }) => rest);
  expect(configurationOf(recommended)).toBe(configurationOf(old));
  expect(record(recommended)).toEqual(record(old));
  expect(permissionsOf(recommended, /MonitorRole/).sort()).toEqual(permissionsOf(old, /MonitorRole/).sort());
});
