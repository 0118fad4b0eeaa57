import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationTargetGroup,
  ListenerCertificate,
  ListenerCondition,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTargetGroup } from 'aws-cdk-lib/aws-vpclattice';
import {
  HaproxyElbProxy,
  type HaproxyElbProxyProps,
  HaproxyMode,
  HaproxyVersion,
  ProxyIngress,
  type ProxyTls,
} from '../../lib';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';
import { BY_NAME, ENV, stackWithVpc } from './stacks';
import { configurationOf, permissionsOf, textOf } from './template';

const SECRETS = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret';
const KEY = 'arn:aws:kms:eu-west-1:111111111111:key/clients';

type Change = Partial<Omit<HaproxyElbProxyProps, 'listenTls'>> & {
  tls?: (secret: (name: string) => ISecret) => Partial<ProxyTls>;
};

function proxyWith({ tls, ...props }: Change, make?: (made: ReturnType<typeof stackWithVpc>) => ProxyIngress) {
  const made = stackWithVpc({ env: ENV.env });
  const { stack, vpc } = made;
  const secrets = new Map<string, ISecret>();
  const secret = (name: string) => {
    const known = secrets.get(name) ?? Secret.fromSecretCompleteArn(stack, name, `${SECRETS}:${name}-AbCdEf`);
    secrets.set(name, known);
    return known;
  };
  const proxy = new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    listenTls: {
      secret: secret('default'),
      clientCertificates: { trustStoreSecret: secret('clients') },
      ...tls?.(secret),
    },
    ingress: make?.(made),
    ...props,
  });
  return { ...made, proxy };
}

const warningsOf = ({ stack }: { stack: Stack }, id: string) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp(id))
    .map(({ entry }) => entry.data);

describe('secrets of certificates', () => {
  const made = proxyWith({
    tls: (secret) => ({
      additionalSecrets: [secret('shop'), secret('wildcard')],
      clientCertificates: {
        trustStoreSecret: secret('clients'),
        revocationListSecret: Secret.fromSecretAttributes(new Stack(), 'Revoked', {
          secretCompleteArn: `${SECRETS}:revoked-AbCdEf`,
          encryptionKey: Key.fromKeyArn(new Stack(), 'Key', KEY),
        }),
        subjectHeader: 'X-Client-Subject',
      },
    }),
  });
  const template = Template.fromStack(made.stack);
  const [container] = resourcesOf(template, 'AWS::ECS::TaskDefinition')[0]!.properties.ContainerDefinitions;

  test('are passed by ECS, each part in a variable that HAProxy does not get', () => {
    const references = Object.fromEntries(
      container.Secrets.map(({ Name, ValueFrom }: Record<string, unknown>) => [Name, textOf(ValueFrom)]),
    );
    expect(references).toEqual({
      LISTEN_CERT: `${SECRETS}:default-AbCdEf:cert::`,
      LISTEN_KEY: `${SECRETS}:default-AbCdEf:key::`,
      LISTEN_CERT_2: `${SECRETS}:shop-AbCdEf:cert::`,
      LISTEN_KEY_2: `${SECRETS}:shop-AbCdEf:key::`,
      LISTEN_CERT_3: `${SECRETS}:wildcard-AbCdEf:cert::`,
      LISTEN_KEY_3: `${SECRETS}:wildcard-AbCdEf:key::`,
      CLIENT_CA: `${SECRETS}:clients-AbCdEf:ca::`,
      CLIENT_CRL: `${SECRETS}:revoked-AbCdEf:crl::`,
    });
    const [script] = container.Command as [string];
    for (const variable of Object.keys(references)) {
      expect(script).toMatch(new RegExp(`^unset .*\\b${variable}\\b`, 'm'));
    }
    expect(configurationOf(template)).toContain(
      'bind :8080 ssl crt /dev/shm/listen.pem crt /dev/shm/listen-2.pem crt /dev/shm/listen-3.pem ca-file /dev/shm/client-ca.pem crl-file /dev/shm/client-crl.pem verify required no-tls-tickets ssl-min-ver TLSv1.2 alpn h2,http/1.1\n',
    );
  });

  test('are all that the execution role may read, with the key of the one that has its own', () => {
    const reads = permissionsOf(template, /ExecutionRole/).filter((one) => /secretsmanager|kms/.test(one));
    expect(reads.filter((one) => one.includes('GetSecretValue'))).toEqual(
      ['default', 'shop', 'wildcard', 'clients', 'revoked'].map(
        (name) => `Allow secretsmanager:GetSecretValue on ${SECRETS}:${name}-AbCdEf`,
      ),
    );
    expect(reads.filter((one) => one.includes('kms:')).every((one) => one.includes(` on ${KEY} `))).toBe(true);
    expect(permissionsOf(template, /TaskRole/)).toEqual([]);
  });
});

test('a role of your own needs them all', () => {
  const { stack, vpc } = stackWithVpc(ENV);
  const secret = (name: string) => Secret.fromSecretCompleteArn(stack, name, `${SECRETS}:${name}-AbCdEf`);
  new HaproxyElbProxy(stack, 'Proxy', {
    vpc,
    upstream: BY_NAME,
    listenTls: {
      secret: secret('default'),
      additionalSecrets: [secret('shop')],
      clientCertificates: { trustStoreSecret: secret('clients') },
    },
    executionRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/execution', { mutable: false }),
  });
  expect(warningsOf({ stack }, 'unchanged-role')).toEqual([
    'the app adds no permission to executionRole Stack/Role: give the role logs:CreateLogStream and logs:PutLogEvents for the log group; secretsmanager:GetSecretValue for listenTls.secret and listenTls.additionalSecrets[0] and listenTls.clientCertificates.trustStoreSecret [ack: cdk-haproxy-elb:unchanged-role]',
  ]);
});

test('a revocation list that no schedule brings to the tasks gives a warning', () => {
  const tls: Change['tls'] = (secret) => ({
    clientCertificates: { trustStoreSecret: secret('clients'), revocationListSecret: secret('clients') },
  });
  const id = 'unpatched-revocation-list';
  expect(warningsOf(proxyWith({ tls }), id)).toEqual([
    'tasks read revocationListSecret when they start, and without patching nothing starts new ones: a revoked certificate is accepted, and after the next update of the list no client is; give patching a shorter period than that of the list [ack: cdk-haproxy-elb:unpatched-revocation-list]',
  ]);
  const patching = { schedule: ScheduleExpression.rate(Duration.days(1)) };
  expect(warningsOf(proxyWith({ tls, patching }), id)).toEqual([]);
});

test('twenty-one certificates fit, and leave less room for the configuration', () => {
  const names = Array.from({ length: 20 }, (_, i) => `site-${i}-${'x'.repeat(400)}`);
  const tls: Change['tls'] = (secret) => ({ additionalSecrets: names.map(secret) });
  expect(proxyWith({ tls }).proxy.configuration).toContain(' crt /dev/shm/listen-21.pem ');
  const denyFrom = Array.from({ length: 2500 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  expect(() => proxyWith({ denyFrom })).not.toThrow();
  expect(() => proxyWith({ tls, denyFrom })).toThrow(
    /^the configuration has \d{5} bytes, and a task definition holds at most \d{5} of it: give fewer routes, rules or name servers, fewer secrets, or shorter pages$/,
  );
});

const ofNlb = (protocol: Protocol) => (made: ReturnType<typeof stackWithVpc>) =>
  ProxyIngress.targetGroup(
    new NetworkTargetGroup(made.stack, 'Group', { vpc: made.vpc, port: 443, protocol, targetType: TargetType.IP }),
  );
const ofLattice =
  (protocol: string) =>
  ({ stack, vpc }: ReturnType<typeof stackWithVpc>) =>
    ProxyIngress.latticeTargetGroup(
      new CfnTargetGroup(stack, 'Group', {
        type: 'IP',
        config: {
          port: 443,
          protocol,
          vpcIdentifier: vpc.vpcId,
          healthCheck: { protocol: 'HTTP', port: 8404, path: '/live' },
        },
      }),
    );

describe('an ingress', () => {
  test.each([
    ['none', () => ProxyIngress.none()],
    ['a name', () => ProxyIngress.privateDns()],
    ['a Network Load Balancer', () => ProxyIngress.networkLoadBalancer()],
    ['a TCP target group', ofNlb(Protocol.TCP)],
    ['a TCP target group of VPC Lattice', ofLattice('TCP')],
  ])('%s shows the certificate, and its health check needs none', (_, make) => {
    const template = Template.fromStack(proxyWith({}, make).stack);
    const groups = [
      ...resourcesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').map(
        ({ properties: { Protocol: protocol, HealthCheckProtocol } }) => ({ protocol, check: HealthCheckProtocol }),
      ),
      ...resourcesOf(template, 'AWS::VpcLattice::TargetGroup').map(({ properties: { Config } }) => ({
        protocol: Config.Protocol,
        check: Config.HealthCheck.Protocol,
      })),
    ];
    for (const { protocol, check } of groups) {
      expect(protocol).toBe('TCP');
      // Without a protocol it is TCP too.
      expect([undefined, 'TCP', 'HTTP']).toContain(check);
    }
    const [container] = resourcesOf(template, 'AWS::ECS::TaskDefinition')[0]!.properties.ContainerDefinitions;
    expect(JSON.stringify(container.HealthCheck)).toContain('127.0.0.1/8404');
    expect(configurationOf(template)).toMatch(/^frontend health\n {4}bind :8404\n/m);
  });

  const terminates = (what: string) =>
    `clientCertificates is given, and the load balancer of ${what} target group terminates TLS itself, so that HAProxy gets no certificate of a client: give a TCP target group of a Network Load Balancer with a TCP listener, or leave clientCertificates out`;

  test.each<[string, (made: ReturnType<typeof stackWithVpc>) => ProxyIngress, string]>([
    [
      'a rule of an Application Load Balancer',
      ({ stack }) =>
        ProxyIngress.applicationListener({
          listener: ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
            listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/a/1/2',
            securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'),
          }),
          priority: 1,
          conditions: [ListenerCondition.pathPatterns(['*'])],
        }),
      'clientCertificates is given, and an Application Load Balancer shows HAProxy no certificate of a client: leave it out, and use mutual TLS of the load balancer, or ProxyIngress.networkLoadBalancer without certificates',
    ],
    [
      'a target group of an Application Load Balancer',
      ({ stack, vpc }) =>
        ProxyIngress.targetGroup(
          new ApplicationTargetGroup(stack, 'Group', { vpc, port: 443, targetType: TargetType.IP }),
        ),
      terminates('this'),
    ],
    [
      'an imported target group of an Application Load Balancer',
      ({ stack }) =>
        ProxyIngress.targetGroup(
          ApplicationTargetGroup.fromTargetGroupAttributes(stack, 'Group', {
            targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/a/1',
          }),
        ),
      terminates('this'),
    ],
    ['a TLS target group', ofNlb(Protocol.TLS), terminates('a TLS')],
    [
      'an HTTPS target group of VPC Lattice',
      ofLattice('HTTPS'),
      'clientCertificates is given, and VPC Lattice with HTTPS shows HAProxy no certificate of a client: give the target group and its listener protocol TCP and TLS_PASSTHROUGH, or leave clientCertificates out',
    ],
    [
      'a Network Load Balancer with certificates',
      () => {
        const arn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1';
        return ProxyIngress.networkLoadBalancer({ certificates: [ListenerCertificate.fromArn(arn)] });
      },
      'certificates of the ingress terminate TLS in the load balancer, which sends clear text, and the proxy has listenTls: leave one of them out',
    ],
  ])('%s is refused', (_, make, message) => {
    expect(() => proxyWith({}, make)).toThrow(new InputError(message));
  });
});

describe('what cannot be is refused in one line', () => {
  const FULL = "give Secret.fromSecretCompleteArn, whose ARN ends in '-' and 6 characters";

  test.each<[Change, string]>([
    [
      { tls: () => ({ additionalSecrets: [Secret.fromSecretNameV2(new Stack(), 'Named', 'shop')] }) },
      `listenTls.additionalSecrets[0] 'Default/Named' has no full ARN, which ECS needs: ${FULL}`,
    ],
    [
      {
        tls: () => ({ clientCertificates: { trustStoreSecret: Secret.fromSecretNameV2(new Stack(), 'Named', 'ca') } }),
      },
      `listenTls.clientCertificates.trustStoreSecret 'Default/Named' has no full ARN, which ECS needs: ${FULL}`,
    ],
    [
      {
        tls: (secret) => ({
          clientCertificates: {
            trustStoreSecret: secret('clients'),
            revocationListSecret: Secret.fromSecretPartialArn(new Stack(), 'Partial', `${SECRETS}:crl`),
          },
        }),
      },
      `listenTls.clientCertificates.revocationListSecret '${SECRETS}:crl' has no full ARN, which ECS needs: ${FULL}`,
    ],
    [
      { tls: (secret) => ({ additionalSecrets: [secret('shop'), secret('default')] }) },
      'listenTls.additionalSecrets[1] is the same secret as listenTls.secret: give each secret once',
    ],
    [
      { tls: (secret) => ({ additionalSecrets: [secret('shop'), secret('shop')] }) },
      'listenTls.additionalSecrets[1] is the same secret as listenTls.additionalSecrets[0]: give each secret once',
    ],
    [
      {
        tls: (secret) => ({
          additionalSecrets: Array.from({ length: 21 }, (_, i) => secret(`site-${i}`)),
        }),
      },
      'listenTls has 21 additional certificates: give at most 20, or certificates with several names',
    ],
    [
      {
        tls: (secret) => ({
          clientCertificates: {
            trustStoreSecret: secret('clients'),
            subjectHeader: Lazy.string({ produce: () => 'X-Subject' }),
          },
        }),
      },
      'listenTls.clientCertificates.subjectHeader is a token, known only at deployment: give the value itself',
    ],
    [
      {
        mode: HaproxyMode.TCP,
        tls: (secret) => ({
          clientCertificates: { trustStoreSecret: secret('clients'), subjectHeader: 'X-Subject' },
        }),
      },
      'listenTls.clientCertificates.subjectHeader is for requests, which TCP mode does not read: leave it out, or use HTTP mode',
    ],
    [
      {
        version: HaproxyVersion.V1_8,
        tls: (secret) => ({
          clientCertificates: { trustStoreSecret: secret('clients'), subjectHeader: 'X-Subject' },
        }),
      },
      'listenTls.clientCertificates.subjectHeader needs HAProxy 2.2 or later, and this is 1.8: give certificateHeader, which every version has',
    ],
  ])('(%#)', (change, message) => {
    expect(() => proxyWith(change)).toThrow(new InputError(message));
  });
});
