import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit } from '../finding';
import type { Address, Directive, Document, Section, Server } from '../model';

/** The sections with servers of a proxy. */
export const proxiesOf = ({ sections }: Document): Section[] =>
  sections.filter(({ mode, servers }) => mode !== undefined && servers.length > 0);

/** The slots of each name of a section, counted once: a section may have thousands of servers. */
const counted = new WeakMap<Section, ReadonlyMap<string | undefined, number>>();

/** How many slots of a section have the same name: several lines are several slots. */
export function slotsOf(section: Section, { address }: Server): number {
  let slots = counted.get(section);
  if (slots === undefined) {
    const count = new Map<string | undefined, number>();
    for (const server of section.servers) {
      const { host } = server.address;
      count.set(host, (count.get(host) ?? 0) + (server.named === true ? server.slots : 0));
    }
    slots = count;
    counted.set(section, slots);
  }
  return slots.get(address.host) ?? 0;
}

/** A name of an ELB that has one address by design: the zone of a Network Load Balancer is its first label. */
const ZONAL_NAME = /^[a-z]{2}(-[a-z]+)+-\d[a-z]\.[^.]+\.elb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\.?$/i;

/** Whether a name has one address by design. */
export const hasOneAddress = ({ host = '' }: Pick<Address, 'host'>): boolean => ZONAL_NAME.test(host);

/** Whether a name is this machine's own, which does not move. */
export const isLocal = ({ host = '' }: Pick<Address, 'host'>): boolean =>
  /^(localhost|.+\.localhost|localhost\.localdomain)\.?$/i.test(host);

/** Whether a name is of a load balancer, by AWS's names. */
export const isLoadBalancer = ({ host = '' }: Pick<Address, 'host'>): boolean =>
  /\.elb(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?\.?$/i.test(host);

/**
 * The time between two queries, and the setting that decides: `hold valid` up to 2.0, `timeout resolve` from 2.1 on
 * (commit f50e1ac44).
 */
export function periodOf(section: Section, version: HaproxyVersion): Period {
  const byTimeout = version.isAtLeast('2.1');
  const keyword = byTimeout ? 'timeout resolve' : 'hold valid';
  const line = section.last(keyword);
  return { keyword, line, millis: line?.millis ?? (byTimeout ? 1000 : 10_000) };
}

/** The time between two queries. */
interface Period {
  readonly keyword: string;
  readonly line?: Directive;
  readonly millis: number;
}

/** Whether an option of a proxy is on, in its section or in a `defaults` section. */
export const isOn = (document: Document, section: Section, keyword: string): boolean =>
  [section, ...document.sections.filter(({ kind }) => kind === 'defaults')].some(
    (one) => one.last(keyword) !== undefined,
  );

/** The servers of all proxies. */
export const serversOf = ({ sections }: Document): Server[] =>
  sections.filter(({ mode }) => mode !== undefined).flatMap(({ servers }) => servers);

/** The servers whose address has to be resolved. */
export const namedServers = (document: Document): Server[] => serversOf(document).filter(({ named }) => named === true);

/** The `resolvers` sections that resolve the name of a server. */
export function resolversInUse(document: Document): Section[] {
  const used = new Set(namedServers(document).map(({ options }) => options.value('resolvers')));
  return document.sections.filter(({ kind, name }) => kind === 'resolvers' && used.has(name));
}

/** The `stats socket` lines. */
export const statsSockets = ({ sections }: Document) =>
  sections.filter(({ kind }) => kind === 'global').flatMap(({ binds }) => binds);

/** Findings about the version that reads the files, at the beginning of the first file. */
export const aboutVersion = (id: string, { warnings }: HaproxyVersion): Hit[] =>
  warnings
    .filter((warning) => warning.id === `cdk-haproxy-elb:${id}`)
    .map(({ message }) => ({ line: 1, word: { column: 1, source: ' ' }, message }));
