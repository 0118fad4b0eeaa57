import { Annotations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CURRENT_VERSION_EXPIRED_FLAGS, FLAGS } from 'aws-cdk-lib/cx-api';
import { ElbUpstream, HaproxyElbProxy } from '../../lib';
import { stackWithAlb } from './stacks';
import { configurationOf, permissionsOf, recordsOf } from './template';

/** The flags that `cdk init` switches on in a new app. */
const RECOMMENDED: Record<string, unknown> = require('aws-cdk-lib/recommended-feature-flags.json');
/** Every feature flag of this version of the CDK, without the removed ones. */
const NAMES = Object.entries(FLAGS)
  .filter(
    ([name, { recommendedValue }]) =>
      typeof recommendedValue === 'boolean' && !CURRENT_VERSION_EXPIRED_FLAGS.includes(name),
  )
  .map(([name]) => name);

function templateWith(context: Record<string, unknown>): Template {
  const { stack, vpc, alb } = stackWithAlb(context);
  Annotations.of(stack).acknowledgeWarning('cdk-haproxy-elb:execute-command');
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: ElbUpstream.fromLoadBalancer(alb, { port: 80 }),
    enableExecuteCommand: true,
  });
  return Template.fromStack(stack);
}

const all = (value: boolean) => Object.fromEntries(NAMES.map((name) => [name, value]));
const plain = templateWith({});
const VARIANTS: [name: string, template: Template][] = [
  ['all switched off', templateWith(all(false))],
  ['the recommended ones switched on', templateWith(RECOMMENDED)],
  ['all switched on', templateWith(all(true))],
];

const countsOf = (template: Template) => {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values<{ Type: string }>(template.toJSON().Resources)) {
    counts[Type] = (counts[Type] ?? 0) + 1;
  }
  // The VPC's default security group is not ours, nor is the function that the CDK closes it with.
  const { 'Custom::VpcRestrictDefaultSG': _, 'AWS::Lambda::Function': __, 'AWS::IAM::Role': ___, ...ours } = counts;
  return ours;
};

test('there are flags to be tried', () => {
  expect(NAMES.length).toBeGreaterThan(80);
});

describe.each(VARIANTS)('an app with feature flags, %s', (_, template) => {
  test('has the same resources, and no log group that was not requested', () => {
    expect(countsOf(template)).toEqual(countsOf(plain));
    // Of the tasks, the controller and the probe.
    template.resourceCountIs('AWS::Logs::LogGroup', 3);
  });

  test('has the same configuration, record and permissions', () => {
    const record = (of: Template) => recordsOf(of).map(({ proxy: _proxy, ...rest }) => rest);
    const permissions = (of: Template) => permissionsOf(of, /MonitorRole|TaskRole|ExecutionRole/).sort();
    expect(configurationOf(template)).toBe(configurationOf(plain));
    expect(record(template)).toEqual(record(plain));
    expect(permissions(template)).toEqual(permissions(plain));
  });
});
