import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { isLocal, serversOf } from './lookups';

export const unresolvedName: Rule = {
  id: 'unresolved-name',
  severity: 'error',
  why: 'A load balancer changes its addresses at any time. A server that resolves its name only at the start keeps sending to addresses that are no longer in use, or that now belong to another customer.',
  help: "add a resolvers section, and 'resolvers NAME' to the server line; before 1.8 also a 'check' that cannot fail",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.3',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const server of serversOf(document)) {
    const { line, named, options, address } = server;
    const { word, host } = address;
    if (named === false || isLocal(address)) {
      continue;
    }
    const check = version._capabilities.autonomousResolution ? '' : " and 'check'";
    const help = `add a resolvers section, and 'resolvers NAME'${check} to this line`;
    if (named === 'perhaps') {
      hits.push({
        line,
        word,
        severity: 'warning',
        message: `'${host}' is resolved at the start and never again, if it is a name: the line has no 'resolvers'`,
        help: `${help}, or give an address`,
      });
      continue;
    }
    if (!options.has('resolvers')) {
      const message = `'${host}' is resolved at the start and never again: the line has no 'resolvers'`;
      hits.push({ line, word, message, help });
      continue;
    }
    const why = version._capabilities.autonomousResolution ? undefined : withoutCheck(server);
    if (why !== undefined) {
      hits.push({
        line,
        word,
        message: `'${host}' is never resolved again: HAProxy ${version.branch} resolves a name only when a health check runs, and ${why}`,
        help: "add 'check addr 127.0.0.1 port LIVENESS_PORT inter 5s fall 17280', with a port on which this HAProxy itself answers",
      });
    }
  }
  return hits;
}

/** Why no health check runs. */
function withoutCheck({ options }: Server): string | undefined {
  if (!options.has('check')) {
    return "the line has no 'check'";
  }
  return options.has('disabled') ? "'disabled' stops the check of the line" : undefined;
}
