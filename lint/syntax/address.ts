import { isAddress } from '../../lib/haproxy/address';
import type { Address, Word } from '../model';

/** Families whose addresses have a host. */
const INTERNET = /^(ipv[46]|udp[46]?|tcp[46]?|mptcp[46]?|(stream|dgram)\+ipv[46])$/;

/** Reads an address: its family, its host and its port. */
export function readAddress(word: Word): Address {
  const [, family, rest = ''] = /^(?:([a-z0-9+]+)@)?(.*)$/s.exec(word.text)!;
  if ((family !== undefined && !INTERNET.test(family)) || rest.startsWith('/')) {
    return { word, family };
  }
  // Without brackets, the text after the last colon is the port if it can be one.
  const whole = rest.endsWith(']') || (isAddress(rest) && rest.includes(':') && !/:\d+$/.test(rest));
  const colon = whole ? -1 : rest.lastIndexOf(':');
  return {
    word,
    family,
    host: (colon < 0 ? rest : rest.slice(0, colon)).replace(/^\[|\]$/g, ''),
    port: colon < 0 ? undefined : rest.slice(colon + 1),
  };
}

/** Whether a host is a name: it has to be resolved. */
export const isHostName = (host: string | undefined): host is string =>
  host !== undefined && host !== '' && host !== '*' && !host.includes(':') && !isAddress(host);
