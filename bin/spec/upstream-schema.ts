import { z } from 'zod';
import type {
  CertificateIdentityOptions,
  ElbUpstreamOptions,
  HaproxyUpstreamTls,
  ResponseIdentityOptions,
  UpstreamHealthCheck,
} from '../../lib';
import { checkFixedAddress, checkHostName } from '../../lib/haproxy/address';
import { checkPath } from '../../lib/haproxy/model/option';
import {
  CERTIFICATE_IDENTITY,
  HaproxyLocality,
  HEALTH_CHECK,
  RESPONSE_IDENTITY,
  UPSTREAM,
  UPSTREAM_TLS,
} from '../../lib/haproxy/model/options';
import { checkZones } from '../../lib/private/proxy/check-zones';
import { refuseClearHttp2 } from '../../lib/private/proxy/clear-http2';
import { faultOfFixed } from '../../lib/private/proxy/fixed-addresses';
import { form, keysOf, list, port, report, type Shape, text } from './values';

/** Ways to name a load balancer. */
const NAMES = {
  dnsName: text((value) => checkHostName(value, 'upstream'), 'DNS name of the load balancer.').optional(),
  loadBalancerArn: form(
    /^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/(app|net)\/\S+$/,
    'the ARN of an Application or Network Load Balancer, such as arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/name/0123456789abcdef',
    'ARN of the load balancer. Its DNS name is looked up at deployment.',
  ).optional(),
  loadBalancerName: form(
    /^[A-Za-z0-9-]{1,32}$/,
    'the name of an Application or Network Load Balancer: 1 to 32 letters, digits and hyphens',
    'Name of the load balancer. Its DNS name is looked up at deployment.',
  ).optional(),
} as const;

const tls = z
  .strictObject(keysOf(UPSTREAM_TLS) satisfies Shape<HaproxyUpstreamTls>)
  .optional()
  .meta({ description: 'Use TLS to the load balancer; {} verifies its certificate. Default: no TLS.' });

const healthCheck = z
  .strictObject(keysOf(HEALTH_CHECK) satisfies Shape<UpstreamHealthCheck>)
  .optional()
  .meta({ description: 'How HAProxy checks each address.' });

/** For editors. The file is checked as the constructs check their zones. */
const ZONE = z.string().meta({ pattern: '^[a-z0-9-]+$' });
const NETWORK = z.string().meta({ pattern: '^\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+$' });
const countOf = (...values: readonly unknown[]) => values.filter((value) => value !== undefined).length;

const identity = z
  .strictObject({
    certificate: z
      .strictObject(keysOf(CERTIFICATE_IDENTITY) satisfies Shape<CertificateIdentityOptions>)
      .optional()
      .meta({ description: 'By a certificate that HAProxy verifies. {} where the upstream has tls.' }),
    response: z
      .strictObject({
        path: text((value) => checkPath(value, 'path'), 'Path of the health check.'),
        ...keysOf(RESPONSE_IDENTITY),
      } satisfies Shape<ResponseIdentityOptions>)
      .optional()
      .meta({ description: 'By a response to the health check: body, or header and headerValue, or both.' }),
  })
  .refine(({ certificate, response }) => countOf(certificate, response) === 1, {
    error: 'needs one of certificate and response',
  })
  .optional()
  .meta({
    description:
      'How each address proves on each health check that it belongs to the load balancer: certificate or response. Default: not at all.',
  });

const keys = {
  ...NAMES,
  port: port().meta({ description: "Port of the load balancer's listener." }),
  tls,
  healthCheck,
  identity,
  ...keysOf(UPSTREAM),
  zones: z
    .record(ZONE, z.array(NETWORK).meta({ minItems: 1 }))
    .superRefine((zones, context) => report(context, () => checkZones(zones)))
    .optional()
    .meta({
      description:
        'Networks of each zone in which the load balancer has nodes, for locality. Default: those of all subnets of the VPC.',
    }),
  securityGroupIds: list(
    form(/^sg-[0-9a-f]{8,17}$/, 'the id of a security group, such as sg-0123456789abcdef0'),
    'Security groups of the load balancer, which then allow the proxy.',
  ),
} satisfies Shape<ElbUpstreamOptions, 'securityGroups', keyof typeof NAMES | 'zones' | 'securityGroupIds'>;

const readsZones = ({ zones, locality }: { readonly zones?: unknown; readonly locality?: HaproxyLocality }) =>
  zones === undefined || locality === HaproxyLocality.ZONE;
const UNREAD_ZONES = { error: 'needs locality: zone, which alone reads zones: give it, or leave zones out' };

/** A load balancer behind a proxy. */
export const upstreamSchema = z
  .strictObject(keys)
  .refine(
    ({ dnsName, loadBalancerArn, loadBalancerName }) => countOf(dnsName, loadBalancerArn, loadBalancerName) === 1,
    { error: 'needs one of dnsName, loadBalancerArn and loadBalancerName' },
  )
  .refine(readsZones, UNREAD_ZONES)
  .superRefine((given, context) => report(context, () => refuseClearHttp2(given, given.loadBalancerArn)))
  .meta({ description: 'The load balancer behind the proxy: one of dnsName, loadBalancerArn and loadBalancerName.' });

/** What a share of the traffic goes to: a load balancer or fixed addresses. */
export const shareUpstreamSchema = z
  .strictObject({
    ...keys,
    addresses: list(
      text((value) => checkFixedAddress(value, 'addresses'), 'An IPv4 or IPv6 address, without port.'),
      'Fixed addresses in place of a load balancer, such as machines on premises.',
    ),
  })
  .superRefine((upstream, context) => {
    const { addresses, dnsName, loadBalancerArn, loadBalancerName } = upstream;
    if (countOf(addresses, dnsName, loadBalancerArn, loadBalancerName) !== 1) {
      const message = 'needs one of addresses, dnsName, loadBalancerArn and loadBalancerName';
      context.addIssue({ code: 'custom', message });
    }
    const message = addresses && faultOfFixed(upstream);
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message });
    }
  })
  .refine(readsZones, UNREAD_ZONES)
  .superRefine((given, context) => report(context, () => refuseClearHttp2(given, given.loadBalancerArn)))
  .meta({
    description:
      'What the share goes to: fixed addresses, or a load balancer by one of dnsName, loadBalancerArn and loadBalancerName.',
  });
