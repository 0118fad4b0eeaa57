import { Match, Template } from 'aws-cdk-lib/assertions';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  ListenerAction,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { HaproxyElbProxy, type HaproxyElbProxyProps, ProxyDeployment, ProxyIngress } from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, stackWithVpc } from './stacks';
import { textOf } from './template';

const CERTIFICATE = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:certificate-AbCdEf';

function proxyWith(
  props: Partial<HaproxyElbProxyProps> = {},
  conditions = [ListenerCondition.pathPatterns(['/shop/*'])],
) {
  const { stack, vpc } = stackWithVpc();
  const alb = new ApplicationLoadBalancer(stack, 'Edge', { vpc });
  const listener = alb.addListener('Http', {
    port: 80,
    open: false,
    defaultAction: ListenerAction.fixedResponse(404),
  });
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    ingress: ProxyIngress.applicationListener({ listener, priority: 10, conditions }),
    ...props,
  });
  return { stack, proxy, template: () => Template.fromStack(stack) };
}

const withTls = (): Partial<HaproxyElbProxyProps> => ({
  listenTls: { secret: Secret.fromSecretCompleteArn(stackWithVpc().stack, 'Certificate', CERTIFICATE) },
});

describe('a rule of an Application Load Balancer', () => {
  const { proxy, template: make } = proxyWith();
  proxy.connections.allowDefaultPortFrom(Peer.ipv4('10.0.0.0/8'), 'client');
  const template = make();

  test('sends its requests to the tasks, and asks HAProxy itself whether it runs', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Priority: 10,
      Actions: [{ Type: 'forward', TargetGroupArn: { Ref: Match.stringLikeRegexp('^ProxyTargets') } }],
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/shop/*'] } }],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Protocol: 'HTTP',
      TargetType: 'ip',
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/live',
      HealthCheckPort: '8404',
      TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '50' }]),
    });
    template.hasResourceProperties('AWS::ECS::Service', { LoadBalancers: [{ ContainerPort: 8080 }] });
  });

  test('reaches the traffic and the health port of the tasks, and clients are allowed in the load balancer', () => {
    const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(
      ({ properties }) => `${textOf(properties.SourceSecurityGroupId)} ${properties.FromPort}`,
    );
    expect(rules.filter((rule) => rule.startsWith('{Edge')).sort()).toEqual([
      '{EdgeSecurityGroup.GroupId} 8080',
      '{EdgeSecurityGroup.GroupId} 8404',
    ]);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('ELB StackEdge'),
      SecurityGroupIngress: [{ CidrIp: '10.0.0.0/8', FromPort: 80, ToPort: 80 }],
    });
  });

  test('the service waits for the rule: ECS refuses a target group without a load balancer', () => {
    const [rule] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule'));
    template.hasResource('AWS::ECS::Service', { DependsOn: Match.arrayWith([rule]) });
  });

  test('with TLS in HAProxy it speaks HTTPS to the tasks', () => {
    proxyWith(withTls()).template().hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Protocol: 'HTTPS',
      HealthCheckProtocol: 'HTTP',
    });
  });

  test('a canary deployment moves its rule between two target groups', () => {
    const canary = proxyWith({ deployment: ProxyDeployment.canary() }).template();
    canary.resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', 2);
    canary.hasResourceProperties('AWS::ECS::Service', {
      LoadBalancers: [
        { AdvancedConfiguration: { ProductionListenerRule: { Ref: Match.stringLikeRegexp('^ProxyRule') } } },
      ],
    });
  });

  test.each<[make: () => unknown, message: string]>([
    [
      () => proxyWith({ ...withTls(), redirectPort: 8081 }),
      'redirectPort has no listener behind ProxyIngress.applicationListener: leave it out, and redirect in the load balancer with addRedirect()',
    ],
    [
      () => proxyWith({ acceptProxyProtocol: true }),
      'acceptProxyProtocol is true, and an Application Load Balancer sends no PROXY protocol: leave it out; the client is in X-Forwarded-For',
    ],
    [
      () => proxyWith({}, []),
      'conditions of the ingress is empty: give at least one, such as ListenerCondition.pathPatterns(["*"])',
    ],
    [
      () => proxyWith({ scaling: { maxTasks: 4, connectionsPerTask: 100 } }),
      'connectionsPerTask needs a load balancer that counts connections: give ProxyIngress.networkLoadBalancer(), or cpuPercent',
    ],
  ])('what it cannot do is refused in one line (%#)', (make, message) => {
    expect(make).toThrow(new InputError(message));
  });
});

test('a listener that was imported without its port: the error says what to give', () => {
  const { stack, vpc } = stackWithVpc();
  const listener = ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
    listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/a/50dc6c495c0c9188/f2f7dc8efc522ab2',
    securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
  });
  const conditions = [ListenerCondition.pathPatterns(['*'])];
  const ingress = ProxyIngress.applicationListener({ listener, priority: 5, conditions });
  const { connections } = new HaproxyElbProxy(stack, 'Proxy', { vpc, upstream: BY_NAME, ingress });
  const client = Peer.ipv4('10.0.0.0/8');
  for (const allow of [
    () => connections.allowDefaultPortFrom(client),
    () => connections.allowDefaultPortFromAnyIpv4(),
    () => connections.allowDefaultPortInternally(),
  ]) {
    expect(allow).toThrow(
      new InputError(
        'listener Stack/Listener was imported without defaultPort, the port where clients come in: give it to ApplicationListener.fromApplicationListenerAttributes, or allow them with connections.allowFrom and the port',
      ),
    );
  }
  connections.allowFrom(client, Port.tcp(443));
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    GroupId: 'sg-0123456789abcdef0',
    CidrIp: '10.0.0.0/8',
    FromPort: 443,
  });
});
