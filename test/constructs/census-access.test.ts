import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { CensusAccess, DriftCensus, DriftMonitor } from '../../lib';
import { accessRoleName } from '../../lib/contract/census-access';
import { resourcesOf } from '../e2e/template';
import { permissionsOf, statementsOf, textOf } from './template';

const HUB = { account: '999999999999', region: 'eu-west-1' };
const TEAM = { account: '111111111111', region: 'us-east-1' };
const COLLECT = 'arn:aws:iam::999999999999:role/fleet-collect';

/** The role that a census assumes, in a stack. */
function roleOf(stack: Stack) {
  const [role] = resourcesOf(Template.fromStack(stack), 'AWS::IAM::Role').filter(({ id }) => id.startsWith('Access'));
  return role!.properties;
}

function team() {
  const stack = new Stack(new App(), 'Team', { env: TEAM });
  return { stack, monitor: new DriftMonitor(stack, 'Monitor', { monitorName: 'edge' }) };
}

test('the role trusts the role of the census with its external id, and nothing else', () => {
  const { stack, monitor } = team();
  new CensusAccess(stack, 'Access', { monitor, collectRoleArn: COLLECT, externalId: 'fleet-of-ours' });
  expect(roleOf(stack).AssumeRolePolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: COLLECT },
      Condition: { StringEquals: { 'sts:ExternalId': 'fleet-of-ours' } },
    },
  ]);
});

test('the role may invoke the function of the monitor and read its name, and nothing else', () => {
  const { stack, monitor } = team();
  new CensusAccess(stack, 'Access', { monitor, collectRoleArn: COLLECT });
  expect(statementsOf(roleOf(stack).Policies)).toEqual([
    'Allow lambda:InvokeFunction on {MonitorHandler.Arn}',
    'Allow ssm:GetParameter on arn:{Partition}:ssm:us-east-1:111111111111:parameter/cdk-haproxy-elb/edge/monitor',
  ]);
  expect(permissionsOf(Template.fromStack(stack), /^{AccessRole}/)).toEqual([]);
});

test('a census of the same app: its role, the external id and the name of the role agree', () => {
  const app = new App();
  const census = new DriftCensus(new Stack(app, 'Hub', { env: HUB }), 'Census', {
    censusName: 'fleet',
    targets: [{ monitorName: 'edge', accounts: [TEAM.account], regions: [TEAM.region] }],
  });
  const stack = new Stack(app, 'Team', { env: TEAM });
  const monitor = new DriftMonitor(stack, 'Monitor', { monitorName: 'edge' });
  new CensusAccess(stack, 'Access', { monitor, collectRoleArn: census.collectRoleArn });
  const { RoleName, AssumeRolePolicyDocument } = roleOf(stack);
  const [{ Principal, Condition }] = AssumeRolePolicyDocument.Statement;
  expect(textOf(Principal.AWS)).toBe('arn:{Partition}:iam::999999999999:role/fleet-collect');
  const ofHub = Template.fromStack(Stack.of(census));
  const assumed = permissionsOf(ofHub, /^{CensusCollectRole}/).filter((one) => one.includes('sts:AssumeRole'));
  expect(assumed).toEqual([`Allow sts:AssumeRole on arn:{Partition}:iam::111111111111:role/${RoleName}`]);
  const functions = resourcesOf(ofHub, 'AWS::Lambda::Function');
  expect(functions.map(({ properties }) => properties.Environment.Variables.EXTERNAL_ID)).toEqual(
    Array(3).fill(Condition.StringEquals['sts:ExternalId']),
  );
});

test('a monitor of another app: CloudFormation looks its function up', () => {
  const stack = new Stack(new App(), 'Team', { env: TEAM });
  const monitor = DriftMonitor.fromName(stack, 'Monitor', 'edge');
  new CensusAccess(stack, 'Access', { monitor, collectRoleArn: COLLECT });
  const [invoke] = roleOf(stack).Policies[0].PolicyDocument.Statement;
  expect(invoke).toEqual({
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource: { 'Fn::Select': [2, { Ref: expect.stringMatching(/^MonitorPublished/) }] },
  });
});

test('a monitor publishes its function where the census looks for it', () => {
  const { stack } = team();
  const [published] = resourcesOf(Template.fromStack(stack), 'AWS::SSM::Parameter');
  expect(published!.properties.Name).toBe('/cdk-haproxy-elb/edge/monitor');
  expect(textOf(published!.properties.Value).split(',')[2]).toBe('{MonitorHandler.Arn}');
});

test('the name of a role is valid and its own for each monitor and region', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);
  const region = fc.constantFrom('eu-west-1', 'ap-southeast-1', 'us-gov-west-1');
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(region, name), { selector: String, minLength: 2 }), (monitors) => {
      const names = monitors.map(([where, monitor]) => accessRoleName(where, monitor));
      expect(new Set(names).size).toBe(monitors.length);
      for (const one of names) {
        expect(one).toMatch(/^[\w+=,.@-]{1,64}$/);
      }
    }),
  );
  // Alike in all that has room.
  const long = 'x'.repeat(63);
  expect(accessRoleName('ap-southeast-1', `${long}a`)).not.toBe(accessRoleName('ap-southeast-1', `${long}b`));
});

test('an ARN of something else is refused', () => {
  const { stack, monitor } = team();
  const make = () => new CensusAccess(stack, 'Access', { monitor, collectRoleArn: 'arn:aws:iam::999999999999:root' });
  const message =
    "collectRoleArn 'arn:aws:iam::999999999999:root' is not that of a census: give arn:aws:iam::ACCOUNT:role/NAME-collect";
  expect(make).toThrow(expect.objectContaining({ message }));
});
