import { z } from 'zod';
import { checkHostName, checkNetwork } from '../../lib/haproxy/address';
import { HaproxyResolutionMode } from '../../lib/haproxy/model/upstream';
import { count, duration, flag, form, list, port, text } from './values';

const ARN_EXAMPLE = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111';

/** A client, or many. */
export const network = text((value) => checkNetwork(value, 'network'), 'An address, or a network such as 10.0.0.0/8.');

/** Ways to name a load balancer. */
const NAMES = ['dnsName', 'loadBalancerArn', 'loadBalancerName'] as const;

/** A load balancer behind a proxy. */
export const upstreamSchema = z
  .strictObject({
    dnsName: text((value) => checkHostName(value, 'upstream'), 'DNS name of the load balancer.').optional(),
    loadBalancerArn: form(
      /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/(app|net)\/\S+$/,
      `the ARN of an Application or Network Load Balancer, such as ${ARN_EXAMPLE}:loadbalancer/app/name/0123456789abcdef`,
      'ARN of the load balancer: its DNS name is asked for at deployment.',
    ).optional(),
    loadBalancerName: form(
      /^[A-Za-z0-9-]{1,32}$/,
      'the name of an Application or Network Load Balancer: 1 to 32 letters, digits and hyphens',
      'Name of the load balancer: its DNS name is asked for at deployment.',
    ).optional(),
    port: port().meta({ description: "Port of the load balancer's listener." }),
    tls: z
      .strictObject({
        verify: flag('Verify its certificate. Default: true.'),
        caFile: z.string().optional().meta({ description: 'File with the authorities to trust, in the image.' }),
        serverName: text(
          (value) => checkHostName(value, 'serverName'),
          'Name that its certificate must have. Default: its DNS name.',
        ).optional(),
      })
      .optional()
      .meta({ description: 'Speak TLS to the load balancer; {} verifies its certificate.' }),
    resolutionMode: z
      .enum(HaproxyResolutionMode)
      .optional()
      .meta({ description: 'Hold addresses in slots (default), or resolve for each request.' }),
    slots: count(1, 100, 'How many addresses a task can hold (1.8 and later). Default: 16.'),
    healthCheck: z
      .strictObject({
        enabled: flag('Check at all. Default: true.'),
        path: z.string().optional().meta({ description: 'Path of an HTTP check. Default: a connection.' }),
        host: z.string().optional().meta({ description: 'Host header of the HTTP check. Default: the DNS name.' }),
        interval: duration('interval', 'Time between two checks. Default: 2s.').optional(),
        fall: count(1, 100, 'Failed checks after which an address is down. Default: 2.'),
        rise: count(1, 100, 'Good checks after which it is up again. Default: 2.'),
      })
      .optional()
      .meta({ description: 'How each address is checked.' }),
    sendProxyProtocol: flag("Send the client's address in a PROXY protocol header. Default: false."),
    slowStart: duration('slowStart', 'Time over which a new address gets its full share. Default: at once.').optional(),
    idleTimeout: duration('idleTimeout', "The load balancer's own idle time. Default: 60s.").optional(),
    securityGroupIds: list(
      form(/^sg-[0-9a-f]{8,17}$/, 'the id of a security group, such as sg-0123456789abcdef0'),
      'Security groups of the load balancer, to be opened to the proxy.',
    ),
  })
  .refine((upstream) => NAMES.filter((name) => upstream[name] !== undefined).length === 1, {
    error: 'needs one of dnsName, loadBalancerArn and loadBalancerName',
  })
  .meta({ description: 'The load balancer behind the proxy: one of dnsName, loadBalancerArn and loadBalancerName.' });

/** What stands in front of a proxy. */
export const ingressSchema = z
  .strictObject({
    networkLoadBalancer: z
      .strictObject({
        internetFacing: flag('Reachable from the internet. Default: false.'),
        subnetIds: list(
          form(/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet, such as subnet-0123456789abcdef0'),
          "Its subnets, one for each of the vpc's availabilityZones. Default: the private subnets.",
        ),
        allocationIds: list(
          form(
            /^eipalloc-[0-9a-f]{8,17}$/,
            'the allocation id of an elastic address, such as eipalloc-0123456789abcdef0',
          ),
          'Elastic addresses, one for each subnet.',
        ),
        port: port().optional().meta({ description: 'Port of the listener. Default: listenPort.' }),
        redirectPort: port().optional().meta({ description: "Port of a listener for the proxy's redirectPort." }),
        proxyProtocol: flag("Tell the proxy each client's address. Default: true."),
        certificateArns: list(
          form(/^arn:[a-z-]+:(acm|iam):\S+$/, 'the ARN of a certificate'),
          'Terminate TLS in the load balancer with these certificates.',
        ),
        accessLogsBucket: z.string().optional().meta({ description: 'Bucket for access logs.' }),
        deletionProtection: flag('Refuse to be deleted. Default: false.'),
        clients: list(network, 'Who may connect. Default: nobody.'),
      })
      .optional()
      .meta({ description: 'A Network Load Balancer of its own.' }),
    none: z.literal(true).optional().meta({ description: 'Nothing: clients know the addresses of the tasks.' }),
    privateDns: z
      .strictObject({
        namespaceArn: form(
          /^arn:[a-z-]+:servicediscovery:[a-z0-9-]+:\d{12}:namespace\/ns-[a-z0-9]+$/,
          'the ARN of a private DNS namespace',
          'ARN of a private DNS namespace of Cloud Map. Default: one is made.',
        ).optional(),
        namespaceName: z.string().optional().meta({ description: 'Its name.' }),
        name: z.string().optional().meta({ description: 'Name below the namespace.' }),
        dnsTtl: duration('dnsTtl', 'How long clients may keep an answer. Default: 10s.').optional(),
      })
      .refine(({ namespaceArn, namespaceName }) => (namespaceArn === undefined) === (namespaceName === undefined), {
        error: 'needs namespaceArn and namespaceName, or neither',
      })
      .optional()
      .meta({ description: 'A name in Cloud Map.' }),
    targetGroupArn: form(
      /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/\S+$/,
      `the ARN of a target group, such as ${ARN_EXAMPLE}:targetgroup/name/0123456789abcdef`,
      'A target group that exists.',
    ).optional(),
  })
  .refine((door) => Object.keys(door).length === 1, {
    error: 'needs one of none, networkLoadBalancer, privateDns and targetGroupArn',
  })
  .optional()
  .meta({ description: 'How clients reach the tasks. Default: privateDns: {}.' });
