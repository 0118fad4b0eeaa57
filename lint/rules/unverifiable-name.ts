import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { isLoadBalancer, serversOf } from './lookups';

export const unverifiableName: Rule = {
  id: 'unverifiable-name',
  severity: 'warning',
  why: 'No public authority issues certificates for the names that AWS gives to load balancers: every handshake fails, and all slots are down.',
  help: 'give a name of the certificate, or the ca-file of a private authority',
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-verifyhost',
  find,
};

/** Where systems keep the public authorities. A private authority may issue any name. */
const PUBLIC = /^(@system-ca|\/etc\/(ssl|pki)\/.*(ca-certificates\.crt|ca-bundle\.crt|cert\.pem|certs\/?))$/;

function find(document: Document, version: HaproxyVersion): Hit[] {
  const optional = document.sections.some(
    (section) => section.kind === 'global' && section.last('ssl-server-verify')?.value?.text === 'none',
  );
  const hits: Hit[] = [];
  for (const server of serversOf(document)) {
    const { line, address, options } = server;
    const verify = options.value('verify') ?? (optional ? 'none' : 'required');
    const host = verifiedNameOf(server, version);
    if (
      !options.has('ssl') ||
      verify === 'none' ||
      !PUBLIC.test(options.value('ca-file') ?? '') ||
      options.incomplete
    ) {
      continue;
    }
    if (host !== undefined && isLoadBalancer({ ...address, host })) {
      const message = `no public authority issues a certificate for '${host}', a name of AWS: every handshake fails`;
      hits.push({ line, word: address.word, message });
    }
  }
  return hits;
}

/** A server name counts before `verifyhost`. From 3.3 on the Host header is the server name where none is given. */
function verifiedNameOf({ options }: Server, version: HaproxyVersion): string | undefined {
  const sni = options.value('sni');
  if (sni !== undefined) {
    return /^str\(([^()]*)\)$/.exec(sni)?.[1];
  }
  return version.isAtLeast('3.3') && !options.has('no-sni-auto') ? undefined : options.value('verifyhost');
}
