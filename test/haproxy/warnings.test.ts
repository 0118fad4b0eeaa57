import { HaproxyMode, HaproxyProtocol } from '../../lib/haproxy/model/options';
import { upstreamWarnings } from '../../lib/haproxy/model/warnings';

const { HTTP, TCP } = HaproxyMode;
const OWN = 'internal-orders-1234567890.eu-west-1.elb.amazonaws.com';

const UNVERIFIABLE =
  'the certificate of the load balancer at port 443 is verified against the name that AWS gave it, for which no public authority issues certificates: give tls.serverName, a name of its certificate';
const CLEAR_TEXT =
  'HAProxy sends HTTP without TLS to port 443 of the load balancer, where it usually expects TLS: give tls, or the port of its HTTP listener';
const CLEAR_TEXT_HTTP2 =
  'HAProxy sends HTTP/2 without TLS to port 443 of the load balancer, and an Application Load Balancer speaks HTTP/2 over TLS alone: give tls, and the port of its HTTPS listener';
const { HTTP2 } = HaproxyProtocol;
const NLB = 'n-0123.elb.eu-west-1.amazonaws.com';
const UNVERIFIED =
  'tls.verify is false for the load balancer at port 443: any host that later gets one of its addresses can answer in its place; leave verify out';

test.each<[what: string, warnings: string[], ...given: Parameters<typeof upstreamWarnings>]>([
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
  ['another port', [], HTTP, { dnsName: OWN, port: 8443 }],
])('an upstream that needs attention: %s', (_, expected, ...given) => {
  expect(upstreamWarnings(...given).map(({ message }) => message)).toEqual(expected);
});
