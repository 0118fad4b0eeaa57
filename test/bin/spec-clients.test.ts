import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseSpec } from '../../bin/spec';
import { ProxiesStack } from '../../bin/spec/stack';
import { InputError } from '../../lib/haproxy/errors';
import { resourcesOf } from '../e2e/template';

const LISTEN_TLS = 'listenTls: { secretArn: arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-AbCdEf }';

/** The ports that the clients of a spec file may reach. */
function portsOf(ingress: string, tls = LISTEN_TLS): number[] {
  const spec = parseSpec(
    `
stackName: haproxy
proxies:
  shop:
    upstream: { dnsName: elb.test, port: 80 }
    listenPort: 8443
    ${tls}
    redirectPort: 8080
    ${ingress}
environments:
  prod:
    account: '111111111111'
    region: eu-west-1
    vpc: { id: vpc-0123456789abcdef0, availabilityZones: [eu-west-1a], privateSubnetIds: [subnet-0123456789abcdef0] }
`,
    'spec.yaml',
  );
  const template = Template.fromStack(new ProxiesStack(new App(), spec, 'prod'));
  return resourcesOf(template, 'AWS::EC2::SecurityGroup')
    .flatMap(({ properties }) => properties.SecurityGroupIngress ?? [])
    .filter(({ CidrIp }: { CidrIp?: string }) => CidrIp === '10.0.0.0/8')
    .map(({ FromPort }: { FromPort: number }) => FromPort)
    .sort((a: number, b: number) => a - b);
}

test('clients of the tasks may reach the port that redirects to HTTPS', () => {
  expect(portsOf('clients: [10.0.0.0/8]')).toEqual([8080, 8443]);
});

test('clients of the load balancer may reach its port that redirects to HTTPS, and not the tasks', () => {
  expect(portsOf('clients: [10.0.0.0/8]\n    ingress: { networkLoadBalancer: { port: 443 } }')).toEqual([80, 443]);
});

test('clients of a load balancer with certificates may reach its port that redirects to HTTPS', () => {
  const certificates = '[arn:aws:acm:eu-west-1:111111111111:certificate/1]';
  const ingress = `ingress: { networkLoadBalancer: { port: 443, certificateArns: ${certificates} } }`;
  expect(portsOf(`clients: [10.0.0.0/8]\n    ${ingress}`, '')).toEqual([80, 443]);
});

test.each([
  [
    'applicationListener: { listenerArn: "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/a/b/c", securityGroupId: sg-0123456789abcdef0, priority: 5, paths: ["*"] }',
    'clients is given, and the load balancer of applicationListener has a security group of its own: leave clients out, and allow them there',
  ],
  [
    'latticeTargetGroupArn: "arn:aws:vpc-lattice:eu-west-1:111111111111:targetgroup/tg-0123456789abcdef0"',
    'clients is given, and VPC Lattice decides who may call: leave clients out, and use the policies of the service network',
  ],
])('clients are refused where the file does not know how they come in (%#)', (ingress, message) => {
  expect(() => portsOf(`clients: [10.0.0.0/8]\n    ingress: { ${ingress} }`)).toThrow(
    new InputError(`spec.yaml:5:5: proxies.shop: ${message}`),
  );
});

test('clients of a load balancer have no key of their own any more', () => {
  expect(() => portsOf('ingress: { networkLoadBalancer: { port: 443, clients: [10.0.0.0/8] } }')).toThrow(
    new InputError(
      "spec.yaml:9:50: key 'clients' in proxies.shop.ingress.networkLoadBalancer has another place: write it beside 'ingress'",
    ),
  );
});
