import { App, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { DriftMonitor, ElbUpstream, HaproxyElbProxy } from '../../lib';
import { REGISTRY_FOLDER } from '../../lib/contract/registry-record';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { configurationOf, permissionsOf, recordsOf } from './template';

describe('one monitor for the proxies of several stacks', () => {
  const app = new App();
  const shared = new Stack(app, 'Shared');
  const vpc = new Vpc(shared, 'Vpc', { maxAzs: 2 });
  const cluster = new Cluster(shared, 'Cluster', { vpc });
  const monitor = new DriftMonitor(shared, 'Monitor');
  const stacks = ['Orders', 'Payments'].map((name) => new Stack(app, name));
  for (const stack of [shared, ...stacks]) {
    new HaproxyElbProxy(stack, 'Proxy', { cluster, monitor, upstream: BY_NAME });
  }

  test('no stack depends on itself in the end', () => {
    expect(() => app.synth()).not.toThrow();
    expect(shared.dependencies).toEqual([]);
    expect(stacks.map((stack) => stack.dependencies)).toEqual([[shared], [shared]]);
  });

  test('each proxy registers in its own stack, where the monitor looks', () => {
    for (const stack of stacks) {
      const [parameter] = resourcesOf(Template.fromStack(stack), 'AWS::SSM::Parameter');
      expect(parameter!.properties.Name).toMatch(
        `${monitor.registryPath}/${REGISTRY_FOLDER}/${stack.stackName}-Proxy-`,
      );
    }
  });

  test('no policy of the checker replaces that of another stack: their names differ', () => {
    const names = [shared, ...stacks].flatMap((stack) =>
      resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy')
        .filter(({ properties }) => JSON.stringify(properties.Roles).includes('MonitorRole'))
        .map(({ properties }) => properties.PolicyName),
    );
    // The monitor's own, and what each of the three stacks allows it.
    expect(names).toHaveLength(4);
    expect(new Set(names).size).toBe(4);
  });

  test('the permissions to check it, its probe and the way to its runtime API go with each proxy', () => {
    for (const stack of stacks) {
      const template = Template.fromStack(stack);
      expect(permissionsOf(template, /./).filter((one) => one.includes('Allow ecs:'))).toHaveLength(3);
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 9990 });
      template.hasResourceProperties('AWS::Lambda::Permission', {
        Principal: { 'Fn::ImportValue': Match.stringLikeRegexp('^Shared:ExportsOutputFnGetAttMonitorRole') },
      });
      // The probe, and no further controller.
      template.resourceCountIs('AWS::Lambda::Function', 1);
    }
  });
});

describe('a load balancer that is not of this stack', () => {
  const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/orders/50dc6c495c0c9188';

  test('of another stack of the app: it allows the proxy, without a circle of dependencies', () => {
    const app = new App();
    const owner = new Stack(app, 'Owner');
    const vpc = new Vpc(owner, 'Vpc', { maxAzs: 2 });
    const alb = new ApplicationLoadBalancer(owner, 'Alb', { vpc });
    const stack = new Stack(app, 'Stack');
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 8080 }) });
    expect(() => app.synth()).not.toThrow();
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 8080, ToPort: 8080 });
    expect(configurationOf(Template.fromStack(stack))).toMatch(
      / elb 16 \{Owner:ExportsOutput\w*DNSName\w*\}:8080 check/,
    );
  });

  test('imported by its attributes: its security group allows the proxy, and the checker gets its ARN', () => {
    const { stack, vpc } = stackWithVpc();
    const alb = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Alb', {
      loadBalancerArn: ARN,
      loadBalancerDnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com',
      securityGroupId: 'sg-0123456789abcdef0',
    });
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromLoadBalancer(alb, { port: 80 }) });
    const template = Template.fromStack(stack);
    expect(recordsOf(template)[0].upstreams[0]).toEqual({
      backend: 'upstream',
      dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com',
      port: 80,
      loadBalancerArn: ARN,
    });
    expect(configurationOf(template)).toContain('elb 16 internal-orders-1.eu-west-1.elb.amazonaws.com:80 check');
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-0123456789abcdef0',
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ProxySecurityGroup'), 'GroupId'] },
      FromPort: 80,
    });
  });

  test('looked up: a Network Load Balancer', () => {
    // The account and region of the placeholder before the lookup.
    const { stack, vpc } = stackWithVpc({ env: { account: '123456789012', region: 'us-west-2' } });
    const nlb = NetworkLoadBalancer.fromLookup(stack, 'Nlb', { loadBalancerTags: { team: 'shop' } });
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: ElbUpstream.fromLoadBalancer(nlb, { port: 443 }) });
    const { upstreams } = recordsOf(Template.fromStack(stack))[0];
    expect(upstreams[0]).toEqual({
      backend: 'upstream',
      dnsName: nlb.loadBalancerDnsName,
      port: 443,
      loadBalancerArn: nlb.loadBalancerArn,
    });
  });

  test('known by its name alone: nothing is opened, and the checker asks DNS alone', () => {
    const { stack, vpc } = stackWithVpc();
    new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME });
    const template = Template.fromStack(stack);
    expect(recordsOf(template)[0].upstreams[0]).toEqual({
      backend: 'upstream',
      dnsName: 'internal-orders-1.eu-west-1.elb.amazonaws.com',
      port: 80,
    });
    const ports = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties.FromPort);
    expect(ports).toEqual([9990, 8404]);
  });
});

test('two proxies of one monitor cannot have the same name', () => {
  const { stack, vpc } = stackWithVpc();
  const monitor = new DriftMonitor(stack, 'Monitor');
  const add = (id: string) => new HaproxyElbProxy(stack, id, { vpc, monitor, upstream: BY_NAME, proxyName: 'orders' });
  add('A');
  expect(() => add('B')).toThrow(
    new Error("proxyName 'orders' is already the name of Stack/A: give each proxy of a monitor its own name"),
  );
});

describe('the same names', () => {
  const add = (scope: Construct, id: string, props: StackProps) => {
    const stack = new Stack(scope, id, { stackName: 'shop', ...props });
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    const monitor = DriftMonitor.fromName(stack, 'Monitor', 'shared');
    return new HaproxyElbProxy(stack, 'Proxy', { vpc, monitor, upstream: BY_NAME, proxyName: 'orders' });
  };
  const place = (account: string, region: string) => ({ env: { account, region } });
  const ireland = place('111111111111', 'eu-west-1');
  const virginia = place('111111111111', 'us-east-1');
  const other = place('222222222222', 'eu-west-1');

  test('may be used in each account and region', () => {
    const app = new App();
    expect(() => [ireland, virginia, other].map((env, i) => add(app, `Shop${i}`, env))).not.toThrow();
  });

  test('may be used in each stage whose account and region are unknown', () => {
    const app = new App();
    expect(() => ['Test', 'Production'].map((id) => add(new Stage(app, id), 'Shop', {}))).not.toThrow();
  });

  test('cannot be used twice in an account and region, also of two stages', () => {
    const app = new App();
    add(new Stage(app, 'Test'), 'Shop', ireland);
    expect(() => add(new Stage(app, 'Production'), 'Shop', ireland)).toThrow(
      new Error("proxyName 'orders' is already the name of Test/Shop/Proxy: give each proxy of a monitor its own name"),
    );
  });
});
