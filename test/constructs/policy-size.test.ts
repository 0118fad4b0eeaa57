import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { DriftMonitor, HaproxyElbProxy, type IDriftMonitor, Repair } from '../../lib';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, ENV } from './stacks';
import { textOf } from './template';

const LIMIT = 10_240;
const ERROR =
  /^the policies of (\S+) have at least (\d+) characters, and IAM allows a role 10240: give some of the proxies another DriftMonitor$/;

/** What IAM counts: the documents without white space, with references as CloudFormation fills them in. */
function sizeOf(stacks: readonly Stack[], role: RegExp): number {
  return stacks.flatMap((stack) => policiesOf(stack, role)).reduce((sum, document) => sum + document.length, 0);
}

function policiesOf(stack: Stack, role: RegExp): string[] {
  return resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy')
    .filter(({ properties }) => role.test(textOf(properties.Roles[0])))
    .map(({ properties }) => JSON.stringify(filled(properties.PolicyDocument, stack.stackName)));
}

// biome-ignore lint/suspicious/noExplicitAny: a template has no types.
function filled(value: any, stackName: string): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => filled(one, stackName));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[fn, argument] = ['', '']] = Object.entries(value);
  if (fn === 'Ref' || fn === 'Fn::GetAtt' || fn === 'Fn::Join' || fn === 'Fn::ImportValue') {
    return textOf(value)
      .replace('{Partition}', 'aws')
      .replace('{Region}', 'eu-west-1')
      .replace('{AccountId}', '111111111111')
      .replace(/\{[^}]*\}/, deployed([argument].flat().join('.'), stackName));
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, stackName)]));
}

/** The ARN of a resource whose name CloudFormation makes. */
function deployed(reference: string, stackName: string): string {
  const [id] = reference.split('.');
  const name = `${stackName}-${id}-AbCdEfGhIjKl`;
  if (/Cluster/.test(id!)) {
    return `arn:aws:ecs:eu-west-1:111111111111:cluster/${name}`;
  }
  return /Service/.test(id!)
    ? `arn:aws:ecs:eu-west-1:111111111111:service/${stackName}-ProxyCluster4A1D0DF4-AbCdEfGhIjKl/${name}`
    : `arn:aws:dynamodb:eu-west-1:111111111111:table/${name}`;
}

/** Adds stacks with a proxy until the library refuses one more; the stacks that it accepted, and the error. */
function fill(monitorOf: (app: App, stack: Stack) => IDriftMonitor) {
  // The code of the functions is in none of these figures.
  const app = new App({ context: { [DISABLE_ASSET_STAGING_CONTEXT]: true } });
  const shared = new Stack(app, 'Shared', ENV);
  const vpc = new Vpc(shared, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false });
  const monitor = monitorOf(app, shared);
  const stacks: Stack[] = [];
  for (;;) {
    const stack = new Stack(app, `orders-of-team-${stacks.length}`, ENV);
    try {
      new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME });
    } catch (error) {
      app.node.tryRemoveChild(stack.node.id);
      return { all: [shared, ...stacks], stacks, message: (error as Error).message };
    }
    stacks.push(stack);
  }
}

test.each([
  ['that only checks', undefined],
  ['that repairs', Repair.redeploy()],
])('a monitor %s accepts what fits into the policies of its role, and no stack more', (_, repair) => {
  const { all, stacks, message } = fill((_app, shared) => new DriftMonitor(shared, 'Monitor', { repair }));
  const [, path, counted] = ERROR.exec(message)!;
  expect(path).toBe('Shared/Monitor');
  const size = sizeOf(all, /MonitorRole/);
  const each = policiesOf(stacks[0]!, /MonitorRole/).join('').length;
  // The real size of what it accepts; one stack more would not fit.
  expect(size).toBeLessThanOrEqual(LIMIT);
  expect(size + each).toBeGreaterThan(LIMIT);
  expect(Number(counted)).toBeGreaterThan(LIMIT);
});
