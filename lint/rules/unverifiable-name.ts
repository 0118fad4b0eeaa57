import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { isLoadBalancer, isOn, proxiesOf } from './lookups';

export const unverifiableName: Rule = {
  id: 'unverifiable-name',
  severity: 'warning',
  why: 'No public authority issues certificates for the names that AWS gives to load balancers: every handshake fails. Where health checks make one, all slots are down.',
  help: 'give a name of the certificate, or the ca-file of a private authority',
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-verifyhost',
  find,
};

/** From this branch on the Host header is the server name where none is given, of requests and of HTTP checks. */
const HOST_AS_NAME_SINCE = '3.3';
/** Where systems keep the public authorities. A private authority may issue any name. */
const PUBLIC = /^(@system-ca|\/etc\/(ssl|pki)\/.*(ca-certificates\.crt|ca-bundle\.crt|cert\.pem|certs\/?))$/;

function find(document: Document, version: HaproxyVersion): Hit[] {
  const optional = document.sections.some(
    (section) => section.kind === 'global' && section.last('ssl-server-verify')?.value?.text === 'none',
  );
  const hits: Hit[] = [];
  for (const section of proxiesOf(document)) {
    const askedByHost = version.isAtLeast(HOST_AS_NAME_SINCE) && isOn(document, section, 'option httpchk');
    for (const server of section.servers) {
      const { line, address, options } = server;
      const verify = options.value('verify') ?? (optional ? 'none' : 'required');
      if (verify === 'none' || !PUBLIC.test(options.value('ca-file') ?? '') || options.incomplete) {
        continue;
      }
      const isOwn = (host: string | undefined) => host !== undefined && isLoadBalancer({ ...address, host });
      const [traffic, check] = [nameOfTraffic(server, version), nameOfCheck(server, askedByHost)];
      const [host, what] = isOwn(traffic) ? [traffic, 'handshake'] : [check, 'health check'];
      if (isOwn(host)) {
        const message = `no public authority issues a certificate for '${host}', a name of AWS: every ${what} fails`;
        hits.push({ line, word: address.word, message });
      }
    }
  }
  return hits;
}

/** The name that connections verify. A server name counts before `verifyhost`. */
function nameOfTraffic({ options }: Server, version: HaproxyVersion): string | undefined {
  if (!options.has('ssl')) {
    return undefined;
  }
  const sni = options.value('sni');
  if (sni !== undefined) {
    return /^str\(([^()]*)\)$/.exec(sni)?.[1];
  }
  const automatic = version.isAtLeast(HOST_AS_NAME_SINCE) && !options.has('no-sni-auto');
  return automatic ? undefined : options.value('verifyhost');
}

/** The name that health checks verify: not that of `sni`. (Running processes of 2.2 to 3.4, `check-ssl` with each of them.) */
function nameOfCheck({ options }: Server, askedByHost: boolean): string | undefined {
  if (!options.has('check') || !(options.has('ssl') || options.has('check-ssl'))) {
    return undefined;
  }
  const automatic = askedByHost && !options.has('no-check-sni-auto');
  return options.value('check-sni') ?? (automatic ? undefined : options.value('verifyhost'));
}
