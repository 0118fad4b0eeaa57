import { z } from 'zod';
import type { ApplicationListenerOptions, NetworkLoadBalancerOptions, PrivateDnsOptions } from '../../lib';
import { checkNetwork } from '../../lib/haproxy/address';
import { NETWORK_LOAD_BALANCER, PRIVATE_DNS } from '../../lib/private/options';
import { checkServiceName } from '../../lib/private/proxy/ingress/service-name';
import { form, keysOf, list, type Shape, text } from './values';

/** Clients by address. */
export const network = text((value) => checkNetwork(value, 'network'), 'An address, or a network such as 10.0.0.0/8.');

const networkLoadBalancer = z
  .strictObject({
    ...keysOf(NETWORK_LOAD_BALANCER),
    subnetIds: list(
      form(/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet, such as subnet-0123456789abcdef0'),
      "Its subnets, one for each of the vpc's availabilityZones. Default: the private subnets.",
    ),
    allocationIds: list(
      form(/^eipalloc-[0-9a-f]{8,17}$/, 'the allocation id of an elastic address, such as eipalloc-0123456789abcdef0'),
      'Elastic addresses, one for each subnet. Default: AWS chooses the addresses.',
    ),
    certificateArns: list(
      form(/^arn:[a-z-]+:(acm|iam):\S+$/, 'the ARN of a certificate'),
      'Terminate TLS in the load balancer with these certificates. Default: TLS is passed through.',
    ),
    accessLogsBucket: z
      .string()
      .optional()
      .meta({ description: 'Name of the bucket for access logs. Default: no access logs.' }),
  } satisfies Shape<
    NetworkLoadBalancerOptions,
    'vpcSubnets' | 'certificates' | 'accessLogs',
    'subnetIds' | 'certificateArns' | 'accessLogsBucket'
  >)
  .optional()
  .meta({ description: 'A new Network Load Balancer.' });

const privateDns = z
  .strictObject({
    namespaceArn: form(
      /^arn:[a-z-]+:servicediscovery:[a-z0-9-]+:\d{12}:namespace\/ns-[a-z0-9]+$/,
      'the ARN of a private DNS namespace',
      'ARN of a private DNS namespace of Cloud Map. Default: a new one.',
    ).optional(),
    namespaceName: z.string().optional().meta({ description: 'Name of the namespace.' }),
    name: text(checkServiceName, 'Name below the namespace.').optional(),
    ...keysOf(PRIVATE_DNS),
  } satisfies Shape<PrivateDnsOptions, 'cloudMapNamespace', 'namespaceArn' | 'namespaceName'>)
  .refine(({ namespaceArn, namespaceName }) => (namespaceArn === undefined) === (namespaceName === undefined), {
    error: 'needs namespaceArn and namespaceName, or neither',
  })
  .optional()
  .meta({ description: 'A name in Cloud Map.' });

const applicationListener = z
  .strictObject({
    listenerArn: form(
      /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/app\/\S+$/,
      'the ARN of a listener of an Application Load Balancer',
      'ARN of the listener.',
    ),
    securityGroupId: form(
      /^sg-[0-9a-f]{8,17}$/,
      'the id of a security group, such as sg-0123456789abcdef0',
      'The security group of its load balancer: the tasks allow it.',
    ),
    priority: z.int().min(1).max(50_000).meta({ description: 'Priority of the rule: each needs its own.' }),
    hosts: list(z.string(), 'Host headers of the requests for the proxy, such as *.example.com. Default: every host.'),
    paths: list(z.string(), 'Paths of the requests for the proxy, such as /shop/*. Default: every path.'),
  } satisfies Shape<
    ApplicationListenerOptions,
    'listener' | 'conditions',
    'listenerArn' | 'securityGroupId' | 'hosts' | 'paths'
  >)
  .refine(({ hosts, paths }) => hosts !== undefined || paths !== undefined, {
    error: "needs hosts or paths; paths: ['*'] takes every request",
  })
  .optional()
  .meta({ description: 'A rule of an existing listener of an Application Load Balancer.' });

/** How clients reach the tasks of a proxy. */
export const ingressSchema = z
  .strictObject({
    applicationListener,
    latticeTargetGroupArn: form(
      /^arn:[a-z-]+:vpc-lattice:[a-z0-9-]+:\d{12}:targetgroup\/tg-[0-9a-f]+$/,
      'the ARN of a VPC Lattice target group, such as arn:aws:vpc-lattice:eu-west-1:111111111111:targetgroup/tg-0123456789abcdef0',
      'An existing target group of VPC Lattice of type IP.',
    ).optional(),
    networkLoadBalancer,
    none: z
      .literal(true)
      .optional()
      .meta({ description: 'No ingress: clients find the addresses of the tasks in another way.' }),
    privateDns,
    targetGroupArn: form(
      /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/\S+$/,
      'the ARN of a target group, such as arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/name/0123456789abcdef',
      'An existing target group.',
    ).optional(),
  })
  .refine((ingress) => Object.keys(ingress).length === 1, {
    error:
      'needs one of applicationListener, latticeTargetGroupArn, networkLoadBalancer, none, privateDns and targetGroupArn',
  })
  .optional()
  .meta({ description: 'How clients reach the tasks. Default: privateDns: {}.' });
