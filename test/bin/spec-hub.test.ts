import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseSpec } from '../../bin/spec';
import { HubStack } from '../../bin/spec/hub-stack';
import { ProxiesStack } from '../../bin/spec/stack';
import { permissionsOf, statementsOf, textOf } from '../constructs/template';
import { resourcesOf } from '../e2e/template';

const environment = (name: string, account: string, region: string) => `
  ${name}:
    account: "${account}"
    region: ${region}
    vpc:
      id: vpc-0123456789abcdef0
      availabilityZones: [${region}a]
      privateSubnetIds: [subnet-0aaaaaaaaaaaaaaaa]`;
const ENVIRONMENTS = `environments:${environment('production', '111111111111', 'us-east-1')}${environment('hosted', '999999999999', 'eu-west-1')}
`;
const PROXIES = `proxies:
  orders:
    upstream: { dnsName: elb.example.com, port: 80 }
`;
const HUB = `hub:
  account: "999999999999"
  region: eu-west-1
`;

const specOf = (hub: string, environments = ENVIRONMENTS) => parseSpec(`${environments}${hub}${PROXIES}`, 'spec.yaml');

/** The stacks of a file, by the last part of their names. */
function stacksOf(hub: string) {
  const spec = specOf(hub);
  const app = new App();
  const [production, hosted] = ['production', 'hosted'].map((name) => new ProxiesStack(app, spec, name)) as [
    ProxiesStack,
    ProxiesStack,
  ];
  return { production, hosted, hub: new HubStack(app, spec.stackName, spec.hub!, [production, hosted]) };
}

const resources = (stack: ProxiesStack | HubStack, type: string) => resourcesOf(Template.fromStack(stack), type);

test('each environment forwards its incidents to the hub, which allows their accounts', () => {
  const { production, hosted, hub } = stacksOf(HUB);
  expect([hub.stackName, hub.account, hub.region]).toEqual(['haproxy-elb-hub', '999999999999', 'eu-west-1']);
  for (const stack of [production, hosted]) {
    const targets = resources(stack, 'AWS::Events::Rule').flatMap(({ properties }) => properties.Targets ?? []);
    expect(targets.map(({ Arn }: { Arn: unknown }) => textOf(Arn))).toContain(
      'arn:{Partition}:events:eu-west-1:999999999999:event-bus/haproxy-elb-hub',
    );
    expect(stack.dependencies).toContain(hub);
  }
  const [policy] = resources(hub, 'AWS::Events::EventBusPolicy');
  expect(textOf(policy!.properties.Statement.Principal.AWS)).toBe('arn:{Partition}:iam::111111111111:root');
  expect(resources(hub, 'AWS::StepFunctions::StateMachine')).toEqual([]);
});

test('a census asks the monitor of each environment, by roles that trust it', () => {
  const { production, hosted, hub } = stacksOf(`${HUB}  census:
    externalId: ours
    interval: 12h
    objectLock: { mode: compliance, days: 30 }
    targets:
      - { monitorName: edge, accounts: ["222222222222"] }
`);
  const asked = permissionsOf(Template.fromStack(hub), /^{CensusCollectRole}/).filter((one) => one.includes('sts:'));
  expect(asked).toEqual([
    'Allow sts:AssumeRole on arn:{Partition}:iam::111111111111:role/haproxy-census-us-east-1-haproxy-elb-production',
    'Allow sts:AssumeRole on arn:{Partition}:iam::999999999999:role/haproxy-census-eu-west-1-haproxy-elb-hosted',
    'Allow sts:AssumeRole on arn:{Partition}:iam::222222222222:role/haproxy-census-eu-west-1-edge',
  ]);
  const roles = [production, hosted].flatMap((stack) =>
    resources(stack, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('Census')),
  );
  expect(roles.map(({ properties }) => properties.RoleName)).toEqual([
    'haproxy-census-us-east-1-haproxy-elb-production',
    'haproxy-census-eu-west-1-haproxy-elb-hosted',
  ]);
  for (const { properties } of roles) {
    const [{ Principal, Condition }] = properties.AssumeRolePolicyDocument.Statement;
    expect(textOf(Principal.AWS)).toBe('arn:{Partition}:iam::999999999999:role/haproxy-elb-census-collect');
    expect(Condition).toEqual({ StringEquals: { 'sts:ExternalId': 'ours' } });
    expect(statementsOf(properties.Policies)[0]).toContain('lambda:InvokeFunction on {MonitorHandler.Arn}');
  }
  const [documents] = resources(hub, 'AWS::S3::Bucket').filter(({ id }) => id.startsWith('CensusDocuments'));
  expect(documents!.properties.ObjectLockConfiguration.Rule).toEqual({
    DefaultRetention: { Days: 30, Mode: 'COMPLIANCE' },
  });
  expect(resources(hub, 'AWS::Scheduler::Schedule')[0]!.properties.ScheduleExpression).toBe('rate(12 hours)');
});

test('a hub of another file is joined by its names', () => {
  const spec = specOf(`${HUB}  elsewhere: true
  hubName: incidents
  census: { censusName: evidence }
`);
  const stack = new ProxiesStack(new App(), spec, 'production');
  const template = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(template).toContain(':events:eu-west-1:999999999999:event-bus/incidents');
  expect(template).toContain(':iam::999999999999:role/evidence-collect');
});

test.each([
  [
    'an environment without an account',
    () => specOf(HUB, ENVIRONMENTS.replace('    account: "111111111111"\n', '')),
    'spec.yaml:3:5: environments.production needs account and region to join the hub: give both',
  ],
  [
    'an environment with the name of the stack of the hub',
    () => specOf(HUB, ENVIRONMENTS.replace('hosted:', 'hub:')),
    'spec.yaml:10:5: environments.hub has the name of the stack of the hub: rename it',
  ],
  [
    'a hub elsewhere without a name',
    () => specOf(`${HUB}  elsewhere: true\n`),
    'spec.yaml:17:3: hub needs hubName, because the hub is elsewhere: give the name that it has there',
  ],
  [
    'a census elsewhere without a name',
    () => specOf(`${HUB}  elsewhere: true\n  hubName: incidents\n  census: {}\n`),
    'spec.yaml:17:3: hub needs census.censusName, because the hub is elsewhere: give the name that the census has there',
  ],
  [
    'a hub without a region',
    () => specOf('hub:\n  account: "999999999999"\n'),
    'spec.yaml:17:3: hub.region is missing: give a text',
  ],
  [
    'half an hour',
    () => specOf(`${HUB}  census: { interval: 30m }\n`),
    "spec.yaml:19:23: hub.census.interval: interval '30m' is out of range: give 1h to 1d, in whole milliseconds",
  ],
])('one line says what is wrong: %s', (_what, make, message) => {
  expect(make).toThrow(expect.objectContaining({ message }));
});
