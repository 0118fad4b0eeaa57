import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Server } from '../model';
import { namedServers } from './lookups';

/** Idle time of an Application Load Balancer, seconds: the shortest default of the kinds. */
const ELB_IDLE_SECONDS = 60;

export const idleTime: Rule = {
  id: 'idle-time',
  severity: 'warning',
  why: 'HAProxy must close an idle connection before the load balancer does. Otherwise a request can meet a connection that the load balancer is closing, and the client gets a 502.',
  help: "write 'pool-purge-delay 5s' (1.9 and later) or 'timeout http-keep-alive 50s'",
  link: 'https://github.com/haproxy/haproxy/issues/1236',
  fixable: true,
  find,
};

/** From 1.9 idle connections wait in a pool; before, they wait with the client's own connection. */
function find(document: Document, version: HaproxyVersion): Hit[] {
  const servers = namedServers(document);
  return version._capabilities.poolPurgeDelay ? inPool(servers) : servers.length > 0 ? withClient(document) : [];
}

const isLong = (millis: number | undefined): boolean => (millis ?? 0) >= ELB_IDLE_SECONDS * 1000;

function inPool(servers: readonly Server[]): Hit[] {
  const hits: Hit[] = [];
  for (const { line, address, options } of servers) {
    const delay = options.get('pool-purge-delay');
    if (isLong(delay?.millis)) {
      hits.push({
        line,
        word: address.word,
        message: `idle connections to '${address.host}' are kept for ${delay!.values[0]!.text} or longer; an Application Load Balancer closes them after ${ELB_IDLE_SECONDS} s`,
        help: "write 'pool-purge-delay 5s'",
      });
    }
  }
  return hits;
}

function withClient({ sections }: Document): Hit[] {
  const hits: Hit[] = [];
  for (const { line, keyword, value, millis } of sections.flatMap(({ directives }) => directives)) {
    if (keyword !== 'timeout http-keep-alive' || value === undefined || !isLong(millis)) {
      continue;
    }
    hits.push({
      line,
      word: value,
      message: `before 1.9 the connection to the load balancer idles as long as the client's, here ${value.text}; an Application Load Balancer closes it after ${ELB_IDLE_SECONDS} s`,
      help: "write 'timeout http-keep-alive 50s'",
      fix: { line, column: value.column, old: value.source, by: '50s' },
    });
  }
  return hits;
}
