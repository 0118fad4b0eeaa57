import { isAddress } from '../lib/haproxy/address';
import { readAddress } from './address';
import type { Judge } from './language-judge';
import { lookup } from './lookup';
import type { Address } from './model';
import type { Word } from './words';

/** What an address may be made of. */
export interface AddressRules {
  /** `needed`: an address without a port is refused. */
  readonly port: 'needed' | 'allowed' | 'range' | 'refused';
  /** When a name in it is looked up. */
  readonly resolves: 'at start' | 'never' | 'by init-addr';
}

/** Prefixes before `@`, with the branch that has them. */
const FAMILIES = lookup<string>({
  ipv4: '1.6',
  ipv6: '1.6',
  unix: '1.6',
  abns: '1.6',
  fd: '1.6',
  sockpair: '1.8',
  udp: '2.3',
  udp4: '2.3',
  udp6: '2.3',
  tcp: '2.4',
  tcp4: '2.4',
  tcp6: '2.4',
  ring: '2.2',
  rhttp: '2.9',
  quic4: '2.6',
  quic6: '2.6',
  abnsz: '3.1',
  mptcp: '3.1',
  mptcp4: '3.1',
  mptcp6: '3.1',
  unixdgram: '2.3',
  unixstream: '2.3',
  uxdg: '2.3',
  uxst: '2.3',
  'stream+ipv4': '2.3',
  'stream+ipv6': '2.3',
  'stream+unix': '2.3',
  'stream+abns': '2.3',
  'dgram+ipv4': '2.3',
  'dgram+ipv6': '2.3',
  'dgram+unix': '2.3',
  'dgram+abns': '2.3',
});

/** A name as DNS has them; `_` for SRV records. */
const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/;

/**
 * Judges an address: its family, its port, and whether the rest can be an address. A name is taken to resolve, except
 * where the configuration itself says that it may not.
 */
export function judgeAddress(judge: Judge, word: Word, rules: AddressRules): boolean {
  if (word.open || word.text.includes('$')) {
    return judge.unsure();
  }
  const address = readAddress(word);
  const { family } = address;
  if (family !== undefined) {
    const since = FAMILIES[family];
    if (since === undefined || !judge.from(since)) {
      const message =
        since === undefined
          ? `'${family}@' is no kind of address`
          : `'${family}@' exists from HAProxy ${since} on, and this is for ${judge.branch}`;
      return judge.error('bad-value', word, message, 'take it out');
    }
    judge.experiments += family === 'rhttp' ? 1 : 0;
    if (!/^(ipv[46]|udp[46]?|tcp[46]?)$/.test(family)) {
      return family.startsWith('quic') || family === 'rhttp' || family === 'fd' || family === 'ring'
        ? judge.unsure()
        : true;
    }
  }
  return judgeHostAndPort(judge, address, rules);
}

function judgeHostAndPort(judge: Judge, { word, host, port = '' }: Address, rules: AddressRules): boolean {
  if (host === undefined) {
    return true;
  }
  if (port === '' && rules.port === 'needed') {
    return judge.error('bad-value', word, `'${word.text}' has no port`, "add ':' and the port");
  }
  if (port !== '' && rules.port === 'refused') {
    return judge.error('bad-value', word, `'${word.text}' has a port, and none can stand here`, 'take it out');
  }
  if (host !== '' && !judge.from('1.7') && /(^|@)\[/.test(word.text)) {
    return judge.error('bad-value', word, `1.6 takes no brackets, as in '${word.text}'`, 'take them out');
  }
  if (!isPort(judge, port, rules)) {
    return judge.error('bad-value', word, `'${port}' in '${word.text}' is no port`, 'write a number of 1 to 65535');
  }
  if (host === '' || host === '*' || isAddress(host)) {
    return true;
  }
  if (!NAME.test(host)) {
    return judge.error(
      'bad-value',
      word,
      `'${host}' in '${word.text}' is neither an address nor a name`,
      'write one of them',
    );
  }
  return rules.resolves !== 'never' || judge.unsure();
}

function isPort(judge: Judge, port: string, rules: AddressRules): boolean {
  if (port === '') {
    return true;
  }
  const [, first, last] = /^[-+]?(\d+)(?:-(\d+))?$/.exec(port) ?? [];
  const numbers = [first, last].filter((n) => n !== undefined).map(Number);
  return (
    numbers.length > 0 &&
    numbers.every((n) => n <= 65535 || (rules.port === 'allowed' && !judge.from('2.3'))) &&
    (last === undefined || rules.port === 'range')
  );
}
