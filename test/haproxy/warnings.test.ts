import { HaproxyLocality, HaproxyMode, HaproxyProtocol, HaproxyResolutionMode } from '../../lib/haproxy/model/options';
import { upstreamWarnings } from '../../lib/haproxy/model/warnings';
import { HaproxyVersion } from '../../lib/haproxy/version/version';

const { HTTP, TCP } = HaproxyMode;
const OWN = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';

const UNVERIFIABLE =
  'the certificate of the load balancer at port 443 is verified against the name that AWS gave it, for which no public authority issues certificates: give tls.serverName, a name of its certificate';
const UNPROVABLE =
  'identity.certificate verifies the load balancer at port 443 against the name that AWS gave it, for which no public authority issues certificates: give it a serverName, a name of its certificate';
const CLEAR_TEXT =
  'HAProxy sends HTTP without TLS to port 443 of the load balancer, where it usually expects TLS: give tls, or the port of its HTTP listener';
const CLEAR_TEXT_HTTP2 =
  'HAProxy sends HTTP/2 without TLS to port 443 of the load balancer, and an Application Load Balancer speaks HTTP/2 over TLS alone: give tls, and the port of its HTTPS listener';
const { HTTP2 } = HaproxyProtocol;
const NLB = 'n-0123.elb.eu-west-1.amazonaws.com';
const UNVERIFIED =
  'tls.verify is false for the load balancer at port 443: any host that later gets one of its addresses can answer in its place; leave verify out';

const FIXED = {
  unverified:
    'tls.verify is false for the fixed addresses at port 443: any host that takes one of them can answer in its place; leave verify out',
  unverifiable:
    'the certificate of the fixed addresses at port 443 is verified against a name of AWS, for which no public authority issues certificates: give tls.serverName, a name of their certificate',
  clearText:
    'HAProxy sends HTTP without TLS to port 443 of the fixed addresses, where servers usually expect TLS: give tls, or their port for HTTP',
};

const ZONE = HaproxyLocality.ZONE;
const PUBLIC_NAME = 'orders-1234567890.eu-west-1.elb.amazonaws.com';
const PUBLIC =
  'locality finds the zone of a node by its private address, and the load balancer at port 80 is internet-facing, with public ones: all nodes get the same share; use an internal load balancer, or leave locality out';

const proofBy = (certificate: { serverName?: string; caFile?: string }) => ({ certificate });

type Given = Parameters<typeof upstreamWarnings> extends [unknown, ...infer Rest] ? Rest : never;

test.each<[what: string, warnings: string[], ...given: Given]>([
  ['an ALB by its own name', [UNVERIFIABLE], HTTP, { dnsName: OWN, port: 443, tls: {} }],
  ['the same in TCP mode', [UNVERIFIABLE], TCP, { dnsName: OWN, port: 443, tls: {} }],
  ['with a final dot', [UNVERIFIABLE], HTTP, { dnsName: `${OWN}.`, port: 443, tls: {} }],
  ['an NLB', [UNVERIFIABLE], HTTP, { dnsName: 'n-0123.elb.eu-west-1.amazonaws.com', port: 443, tls: {} }],
  ['one in China', [UNVERIFIABLE], HTTP, { dnsName: 'n-0123.elb.cn-north-1.amazonaws.com.cn', port: 443, tls: {} }],
  ['a given name of AWS', [UNVERIFIABLE], HTTP, { dnsName: 'a.test', port: 443, tls: { serverName: OWN } }],
  ['a name known at deployment', [UNVERIFIABLE], HTTP, { dnsName: '', port: 443, tls: {} }, true],
  ['with the name of the certificate', [], HTTP, { dnsName: OWN, port: 443, tls: { serverName: 'shop.example.com' } }],
  ['with an authority of its own', [], HTTP, { dnsName: OWN, port: 443, tls: { caFile: '/ca.pem' } }],
  ['a name of the user', [], HTTP, { dnsName: 'elb.example.com', port: 443, tls: {} }],
  ['without verification', [UNVERIFIED], HTTP, { dnsName: OWN, port: 443, tls: { verify: false } }],
  ['port 443 without TLS', [CLEAR_TEXT], HTTP, { dnsName: OWN, port: 443 }],
  ['HTTP/2 without TLS', [CLEAR_TEXT_HTTP2], HTTP, { dnsName: OWN, port: 443, protocol: HTTP2 }],
  ['HTTP/2 without TLS to an NLB', [], HTTP, { dnsName: NLB, port: 50_051, protocol: HTTP2 }],
  ['HTTP/2 with TLS', [], HTTP, { dnsName: OWN, port: 443, protocol: HTTP2, tls: { serverName: 'a.test' } }],
  ['TLS that passes through', [], TCP, { dnsName: OWN, port: 443 }],
  ['a proof by a certificate', [UNPROVABLE], TCP, { dnsName: OWN, port: 443, identity: { certificate: {} } }],
  ['of a name known at deployment', [UNPROVABLE], TCP, { dnsName: '', port: 443, identity: { certificate: {} } }, true],
  ['of a name of AWS', [UNPROVABLE], TCP, { dnsName: 'a.test', port: 443, identity: proofBy({ serverName: OWN }) }],
  ['of a name of the user', [], TCP, { dnsName: 'a.test', port: 443, identity: { certificate: {} } }],
  ['of another name', [], TCP, { dnsName: OWN, port: 443, identity: proofBy({ serverName: 'a.test' }) }],
  ['of an authority of its own', [], TCP, { dnsName: OWN, port: 443, identity: proofBy({ caFile: '/ca.pem' }) }],
  ['with TLS: once', [UNVERIFIABLE], HTTP, { dnsName: OWN, port: 443, tls: {}, identity: { certificate: {} } }],
  ['zones of an internal load balancer', [], HTTP, { dnsName: OWN, port: 80, locality: ZONE }],
  ['zones of an ALB with public addresses', [PUBLIC], HTTP, { dnsName: PUBLIC_NAME, port: 80, locality: ZONE }],
  [
    'and by its name for both families',
    [PUBLIC],
    TCP,
    { dnsName: `dualstack.${PUBLIC_NAME}.`, port: 80, locality: ZONE },
  ],
  ['zones of an NLB, whose name does not say it', [], TCP, { dnsName: NLB, port: 80, locality: ZONE }],
  [
    'zones of one that the app has',
    [PUBLIC],
    TCP,
    { dnsName: '', port: 80, locality: ZONE, internetFacing: true },
    true,
  ],
  ['public addresses without zones', [], HTTP, { dnsName: PUBLIC_NAME, port: 80, internetFacing: true }],
  ['fixed addresses', [], HTTP, { port: 443, tls: { serverName: 'a.test' } }],
  ['fixed addresses without verification', [FIXED.unverified], HTTP, { port: 443, tls: { verify: false } }],
  ['fixed addresses by a name of AWS', [FIXED.unverifiable], HTTP, { port: 443, tls: { serverName: OWN } }],
  ['fixed addresses without TLS', [FIXED.clearText], HTTP, { port: 443 }],
  ['fixed addresses with TLS that passes through', [], TCP, { port: 443 }],
  ['fixed addresses with HTTP/2', [], HTTP, { port: 50_051, protocol: HTTP2 }],
  ['another port', [], HTTP, { dnsName: OWN, port: 8443 }],
])('an upstream that needs attention: %s', (_, expected, ...given) => {
  expect(upstreamWarnings(HaproxyVersion.V3_2, ...given).map(({ message }) => message)).toEqual(expected);
});

test.each([
  ['2.4', false],
  ['2.5', true],
  ['2.6.23', true],
  ['2.6.24', false],
  ['2.6', false],
  ['2.9.15', true],
  ['3.2.5', true],
  ['3.2.6', false],
  ['3.3.0', false],
])('per-request on %s: one address takes all requests: %s', (release, warned) => {
  const version = HaproxyVersion.of(release);
  const { PER_REQUEST: resolutionMode, SLOTS } = HaproxyResolutionMode;
  const messages = upstreamWarnings(version, HTTP, { dnsName: OWN, port: 80, resolutionMode });
  expect(messages).toEqual(
    warned
      ? [
          {
            id: 'cdk-haproxy-elb:single-address',
            message: `HAProxy ${release} sends every request to the same address of the load balancer at port 80 in mode per-request (HAProxy issue 3116): use mode slots, or a later release`,
          },
        ]
      : [],
  );
  expect(upstreamWarnings(version, HTTP, { dnsName: OWN, port: 80, resolutionMode: SLOTS })).toEqual([]);
});
