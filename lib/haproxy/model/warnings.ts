import { takesTurns } from '../version/rotation';
import type { HaproxyVersion, HaproxyVersionWarning } from '../version/version';
import type { HaproxyIdentity, HaproxyUpstream } from './config-model';
import { HaproxyLocality, HaproxyMode, HaproxyProtocol, HaproxyResolutionMode, UPSTREAM_TLS } from './options';

/** A name that AWS gave to a load balancer, or to its part in one zone. */
const OWN_NAME = /\.elb\.([a-z0-9-]+\.)?amazonaws\.com(\.cn)?\.?$/i;
/** A name that AWS gave to an Application or a Classic Load Balancer. That of a Network Load Balancer ends in the region. */
const APPLICATION_NAME = /\.elb\.amazonaws\.com(\.cn)?\.?$/i;
/** Only internal ones begin so. `dualstack.` before it asks for both families. */
const INTERNAL_NAME = /^(dualstack\.)?internal-/i;

const LOAD_BALANCER = {
  unverified: (port: number) =>
    `tls.verify is false for the load balancer at port ${port}: any host that later gets one of its addresses can answer in its place; leave verify out`,
  unverifiable: (port: number) =>
    `the certificate of the load balancer at port ${port} is verified against the name that AWS gave it, for which no public authority issues certificates: give tls.serverName, a name of its certificate`,
  unprovable: (port: number) =>
    `identity.certificate verifies the load balancer at port ${port} against the name that AWS gave it, for which no public authority issues certificates: give it a serverName, a name of its certificate`,
  clearText:
    'HAProxy sends HTTP without TLS to port 443 of the load balancer, where it usually expects TLS: give tls, or the port of its HTTP listener',
};
/** Fixed addresses have no `identity`. */
const FIXED: Omit<typeof LOAD_BALANCER, 'unprovable'> = {
  unverified: (port) =>
    `tls.verify is false for the fixed addresses at port ${port}: any host that takes one of them can answer in its place; leave verify out`,
  unverifiable: (port) =>
    `the certificate of the fixed addresses at port ${port} is verified against a name of AWS, for which no public authority issues certificates: give tls.serverName, a name of their certificate`,
  clearText:
    'HAProxy sends HTTP without TLS to port 443 of the fixed addresses, where servers usually expect TLS: give tls, or their port for HTTP',
};

/** What the warnings read of a load balancer, or of fixed addresses, which have no name. */
type Warned = Pick<HaproxyUpstream, 'port' | 'tls' | 'protocol' | 'resolutionMode' | 'locality'> &
  Partial<Pick<HaproxyUpstream, 'dnsName'>> & {
    readonly identity?: Pick<HaproxyIdentity, 'certificate'>;
    /** Whether the app has the load balancer, and says so. */
    readonly internetFacing?: boolean;
  };

/**
 * What HAProxy accepts of an upstream and what needs attention all the same.
 *
 * @param mayBeOwn whether a name that is known only at deployment is one that AWS gave to the load balancer
 */
export function upstreamWarnings(
  version: HaproxyVersion,
  mode: HaproxyMode,
  { dnsName, port, tls, identity, protocol, resolutionMode, locality, internetFacing }: Warned,
  mayBeOwn = false,
): HaproxyVersionWarning[] {
  const warnings: HaproxyVersionWarning[] = [];
  const warn = (id: string, message: string) => warnings.push({ id, message });
  const texts = dnsName === undefined ? FIXED : LOAD_BALANCER;
  if (tls?.verify === false) {
    warn('cdk-haproxy-elb:unverified-upstream', texts.unverified(port));
  }
  // Without `tls`, in TCP mode, the health check alone makes a handshake.
  const verified = tls ?? identity?.certificate;
  const { serverName = dnsName ?? '', caFile = UPSTREAM_TLS.caFile.default } = verified ?? {};
  const isOwn = OWN_NAME.test(serverName) || (mayBeOwn && serverName === dnsName);
  if (verified !== undefined && tls?.verify !== false && isOwn && caFile === UPSTREAM_TLS.caFile.default) {
    const text = tls === undefined ? LOAD_BALANCER.unprovable : texts.unverifiable;
    warn('cdk-haproxy-elb:unverifiable-upstream', text(port));
  }
  const http2 = protocol === HaproxyProtocol.HTTP2;
  if (tls === undefined && http2 && APPLICATION_NAME.test(dnsName ?? '')) {
    warn(
      'cdk-haproxy-elb:clear-text-protocol',
      `HAProxy sends HTTP/2 without TLS to port ${port} of the load balancer, and an Application Load Balancer speaks HTTP/2 over TLS alone: give tls, and the port of its HTTPS listener`,
    );
  } else if (tls === undefined && port === 443 && mode === HaproxyMode.HTTP) {
    warn('cdk-haproxy-elb:clear-text-upstream', texts.clearText);
  }
  if (resolutionMode === HaproxyResolutionMode.PER_REQUEST && !takesTurns(version)) {
    warn(
      'cdk-haproxy-elb:single-address',
      `HAProxy ${version} sends every request to the same address of the load balancer at port ${port} in mode per-request (HAProxy issue 3116): use mode slots, or a later release`,
    );
  }
  const isPublic = internetFacing || (APPLICATION_NAME.test(dnsName ?? '') && !INTERNAL_NAME.test(dnsName ?? ''));
  if (locality === HaproxyLocality.ZONE && isPublic) {
    warn(
      'cdk-haproxy-elb:public-zone',
      `locality finds the zone of a node by its private address, and the load balancer at port ${port} is internet-facing, with public ones: all nodes get the same share; use an internal load balancer, or leave locality out`,
    );
  }
  return warnings;
}
