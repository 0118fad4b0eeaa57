import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document, Section } from '../model';
import { namedServers, periodOf, resolversInUse } from './lookups';

/** More often than HAProxy's own default from 2.1 on, milliseconds. */
const SHORT_MILLIS = 1000;
/** Half of the 1024 packets a second that the resolver of a VPC takes from a network interface. */
const MOST_QUERIES = 512;

export const queryStorm: Rule = {
  id: 'query-storm',
  severity: 'warning',
  why: "HAProxy sends each query to every name server. A VPC's resolver drops what is above 1024 packets a second for each network interface, for every program of the machine.",
  help: 'ask less often, or follow fewer names',
  link: 'https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#vpc-dns-limits',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const section of resolversInUse(document)) {
    const { keyword, line: period, millis } = periodOf(section, version);
    const names = namesOf(document, section);
    const queries = Math.round((names * Math.max(1, nameserversOf(section)) * 1000) / Math.max(1, millis));
    const short = period !== undefined && millis < SHORT_MILLIS;
    if (!short && queries <= MOST_QUERIES) {
      continue;
    }
    hits.push({
      line: period?.line ?? section.line,
      word: period?.words[0] ?? section.word,
      message: `resolvers '${section.name}' sends about ${queries} queries a second`,
      help: `write '${keyword} 10s'`,
    });
  }
  return hits;
}

const namesOf = (document: Document, { name }: Section): number =>
  new Set(
    namedServers(document)
      .filter(({ options }) => options.value('resolvers') === name)
      .map(({ address }) => address.host),
  ).size;

const nameserversOf = ({ directives }: Section): number =>
  directives.filter(({ keyword }) => keyword === 'nameserver').length;
