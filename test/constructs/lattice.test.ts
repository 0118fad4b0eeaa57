import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTargetGroup } from 'aws-cdk-lib/aws-vpclattice';
import { HaproxyElbProxy, type HaproxyElbProxyProps, ProxyDeployment, ProxyIngress } from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, ENV, stackWithVpc } from './stacks';
import { configurationOf } from './template';

const CERTIFICATE = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:certificate-AbCdEf';
const HEALTH_CHECK = { protocol: 'HTTP', port: 8404, path: '/live' };

function proxyWith(
  config: Partial<CfnTargetGroup.TargetGroupConfigProperty> = {},
  props: Partial<HaproxyElbProxyProps> = {},
  { env, type = 'IP' }: { env?: object; type?: string } = ENV,
) {
  const { stack, vpc } = stackWithVpc(env && { env });
  const group = new CfnTargetGroup(stack, 'Group', {
    type,
    config: { port: 8080, protocol: 'HTTP', vpcIdentifier: vpc.vpcId, healthCheck: HEALTH_CHECK, ...config },
  });
  const ingress = ProxyIngress.latticeTargetGroup(group);
  new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress, ...props });
  return { stack, template: () => Template.fromStack(stack) };
}

const withTls = (): Partial<HaproxyElbProxyProps> => ({
  listenTls: { secret: Secret.fromSecretCompleteArn(stackWithVpc().stack, 'Certificate', CERTIFICATE) },
});

const warnings = ({ stack }: { stack: ReturnType<typeof proxyWith>['stack'] }) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data))
    .filter((text) => /health-check|lattice/.test(text));

describe('a target group of VPC Lattice', () => {
  const made = proxyWith();
  const template = made.template();

  test('gets the tasks from ECS, which finds the port by its name', () => {
    template.hasResourceProperties('AWS::ECS::Service', {
      VpcLatticeConfigurations: [
        {
          PortName: 'traffic',
          RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ProxyLatticeRole'), 'Arn'] },
          // The ARN.
          TargetGroupArn: { Ref: 'Group' },
        },
      ],
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        { PortMappings: Match.arrayWith([Match.objectLike({ ContainerPort: 8080, Name: 'traffic' })]) },
      ],
    });
    expect(warnings(made)).toEqual([]);
  });

  test("the role is for ECS of this account, with AWS's own policy for VPC Lattice", () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'ecs.amazonaws.com' },
            Condition: { StringEqualsIfExists: { 'aws:SourceAccount': '111111111111' } },
          },
        ],
      },
      ManagedPolicyArns: [
        {
          'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('AmazonECSInfrastructureRolePolicyForVpcLattice')])],
        },
      ],
    });
  });

  test('reaches the traffic and the health port of the tasks from the addresses of Lattice', () => {
    const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties);
    expect(rules.filter(({ Description }) => Description === 'VPC Lattice')).toMatchObject([
      { FromPort: 8080, ToPort: 8080, SourcePrefixListId: expect.stringMatching(/^pl-/) },
      { FromPort: 8404, ToPort: 8404, SourcePrefixListId: expect.stringMatching(/^pl-/) },
    ]);
  });

  test('of IPv6 gets tasks that listen there, for the addresses of Lattice in that family', () => {
    const { stack, template: ofIpv6 } = proxyWith({ ipAddressType: 'IPV6' });
    expect(configurationOf(ofIpv6())).toContain('bind :8080\n    bind ipv6@:::8080 v6only\n');
    const lists =
      App.of(stack)!
        .synth()
        .manifest.missing?.map(({ props }) => JSON.stringify(props)) ?? [];
    expect(lists.filter((list) => list.includes('lattice'))).toEqual([
      expect.stringContaining('"com.amazonaws.eu-west-1.ipv6.vpc-lattice"'),
    ]);
  });

  test('a task drains for 20 s', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [{ Command: [Match.stringLikeRegexp('\nsleep 20\n')], StopTimeout: 50 }],
    });
  });

  test('fits a proxy with TLS, also as TCP', () => {
    expect(() => proxyWith({ protocol: 'HTTPS' }, withTls())).not.toThrow();
    expect(() => proxyWith({ protocol: 'TCP' }, withTls())).not.toThrow();
  });

  test('warns of what needs attention', () => {
    expect(warnings(proxyWith({ healthCheck: undefined }))).toEqual([
      'the health check of the target group does not ask HAProxy itself, so ECS replaces tasks while their upstream is down: give protocol HTTP, port 8404 and path /live [ack: cdk-haproxy-elb:health-check]',
    ]);
    expect(warnings(proxyWith({ healthCheck: { enabled: false } }))).toEqual([]);
    expect(warnings(proxyWith({}, {}, {}))).toEqual([
      'the stack has no account and region, so the prefix list of VPC Lattice cannot be looked up and the tasks do not allow it: give env to the stack, or allow the list at ports 8080 and 8404 in taskConnections [ack: cdk-haproxy-elb:lattice-not-opened]',
    ]);
  });

  test.each<[make: () => unknown, message: string]>([
    [
      () => proxyWith({}, {}, { ...ENV, type: 'INSTANCE' }),
      "the VPC Lattice target group of the ingress has type 'INSTANCE', and ECS registers addresses: give type 'IP'",
    ],
    [
      () => proxyWith({ protocol: 'HTTPS' }),
      "the VPC Lattice target group of the ingress has protocol 'HTTPS', and HAProxy speaks HTTP: give protocol 'HTTP', or give listenTls",
    ],
    [
      () => proxyWith({}, withTls()),
      "the VPC Lattice target group of the ingress has protocol 'HTTP', and HAProxy speaks HTTPS: give protocol 'HTTPS', or leave listenTls out",
    ],
    [
      () => proxyWith({}, { acceptProxyProtocol: true }),
      'acceptProxyProtocol is true, and VPC Lattice sends no PROXY protocol: leave it out',
    ],
    [
      () => proxyWith({ protocol: 'HTTPS' }, { ...withTls(), redirectPort: 8081 }),
      'redirectPort has no listener behind ProxyIngress.latticeTargetGroup, which takes listenPort alone: leave it out, and give the VPC Lattice service no listener for HTTP',
    ],
    [
      () => proxyWith({}, { deployment: ProxyDeployment.blueGreen() }),
      'Stack/Proxy: ProxyIngress.latticeTargetGroup has one target group, and a blue/green, linear or canary deployment needs two and their listener: use ProxyIngress.networkLoadBalancer, or a rolling deployment',
    ],
  ])('what does not fit is refused in one line (%#)', (make, message) => {
    expect(make).toThrow(new InputError(message));
  });
});
