import { isAddress } from '../lib/haproxy/address';
import type { HaproxyVersion } from '../lib/haproxy/version/version';
import type { Config, Directive, Section } from './sections';
import type { Word } from './words';

/** A `server` or `server-template` line with all that counts for it. */
export interface Server {
  readonly section: Section;
  readonly directive: Directive;
  /** The word with the address. */
  readonly address: Word;
  /** The host of the address, without family and port. */
  readonly host: string;
  /** Whether the host is a name, and thus must be resolved; `perhaps` where a variable decides. */
  readonly named: boolean | 'perhaps';
  /** How many slots the line makes. */
  readonly slots: number;
  /** The words after the address. */
  readonly own: readonly string[];
  /** `own`, after those that `default-server` lines of the section and of its defaults give on this version. */
  readonly effective: readonly string[];
}

const PROXIES = new Set(['backend', 'listen', 'defaults']);
const LOCAL = /^(\/|unix@|uxst@|abns@|abnsz@|fd@|sockpair@|rhttp@|quic[46]?@)/;
/** 1.6 and 1.7 take these on a `default-server` line, where they have no effect, or refuse them. */
const NOT_INHERITED_BEFORE_1_8 = new Set(['resolvers', 'check']);

/** Whether an address is a socket of this machine that has no host. */
export function isLocalSocket(address: string): boolean {
  return LOCAL.test(address);
}

/** The host of an address: without family, port and brackets. */
export function hostOf(address: string): string {
  const bare = address.replace(/^(?:ipv[46]|tcp[46]?|udp[46]?)@/, '');
  return isAddress(bare) ? bare : bare.replace(/:[^:\]]*$/, '').replace(/^\[|\]$/g, '');
}

/** Every server of a configuration, in the order of the text. */
export function serversOf(config: Config, version: HaproxyVersion): Server[] {
  const servers: Server[] = [];
  let inherited: string[] = [];
  const named = new Map<string, string[]>();
  for (const section of config) {
    if (!PROXIES.has(section.kind)) {
      continue;
    }
    const above = section.kind === 'defaults' ? [] : inherited;
    const defaults = [...(section.from === undefined ? above : (named.get(section.from) ?? above))];
    for (const directive of section.directives) {
      const [first, ...rest] = directive.words.map(({ text }) => text);
      if (first === 'default-server') {
        const words = version._capabilities.autonomousResolution
          ? rest
          : rest.filter(
              (word, i) => !NOT_INHERITED_BEFORE_1_8.has(word) && !NOT_INHERITED_BEFORE_1_8.has(rest[i - 1] ?? ''),
            );
        defaults.push(...words);
      }
      const template = first === 'server-template';
      const address = directive.words[template ? 3 : 2];
      if ((first === 'server' || template) && address !== undefined) {
        const own = rest.slice(template ? 3 : 2);
        const host = hostOf(address.text);
        const effective = [...defaults, ...own];
        const slots = template ? slotsOf(rest[1] ?? '') : 1;
        servers.push({
          section,
          directive,
          address,
          host,
          named: isNamed(address, host, effective),
          slots,
          own,
          effective,
        });
      }
    }
    if (section.kind === 'defaults') {
      inherited = defaults;
      named.set(section.name, defaults);
    }
  }
  return servers;
}

/** Who gives `resolvers` means a name. A variable that stands for several words may bring them. */
function isNamed({ text, open }: Word, host: string, effective: readonly string[]): boolean | 'perhaps' {
  if (isLocalSocket(text) || host === '' || host === '*' || isAddress(host)) {
    return false;
  }
  return effective.some((word) => word.endsWith('[*]}'))
    ? false
    : !open || effective.includes('resolvers') || 'perhaps';
}

/** `16` or `1-16`. */
function slotsOf(range: string): number {
  const [from = 1, to] = range.split('-').map(Number);
  return to === undefined ? from : to - from + 1;
}

/** The value after a word, the last one given. */
export function valueAfter(words: readonly string[], word: string): string | undefined {
  const at = words.lastIndexOf(word);
  return at < 0 ? undefined : words[at + 1];
}

/** Whether the last of two opposite words says yes. */
export function isOn(words: readonly string[], on: string, off: string): boolean {
  return words.lastIndexOf(on) > words.lastIndexOf(off);
}
