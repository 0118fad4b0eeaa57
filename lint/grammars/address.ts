import { isAddress } from '../../lib/haproxy/address';
import type { Context } from '../engine/context';
import { keywordOf } from '../keywords';
import type { Address, Word } from '../model';
import { readAddress } from '../syntax/address';

/** Allowed parts of an address. */
export interface AddressRules {
  /** `needed`: an address without a port is refused. */
  readonly port: 'needed' | 'allowed' | 'range' | 'refused';
  /** When HAProxy looks a name up. */
  readonly resolves: 'at start' | 'never';
}

/** A name as DNS has them; `_` for SRV records. */
const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/;

/**
 * Checks an address: its family, its port, and whether the rest can be an address. A name is assumed to resolve,
 * unless the configuration allows that it does not.
 */
export function checkAddress(context: Context, word: Word, rules: AddressRules): boolean {
  const { report } = context;
  if (word.unresolvedVariable || word.text.includes('$')) {
    return report.indeterminate();
  }
  const address = readAddress(word);
  const { family } = address;
  if (family !== undefined) {
    const keyword = keywordOf('address-family', [family]);
    if (keyword === undefined) {
      return report.invalid(word, 'an address family', 'remove it', `${family}@`);
    }
    if (!context.from(keyword.since)) {
      return report.tooNew(word, `${family}@`, keyword.since, 'bad-value');
    }
    context.symbols.experiments += family === 'rhttp' ? 1 : 0;
    if (!/^(ipv[46]|udp[46]?|tcp[46]?)$/.test(family)) {
      return !/^(quic.*|rhttp|fd|ring)$/.test(family) || report.indeterminate();
    }
  }
  return checkHostAndPort(context, address, rules);
}

function checkHostAndPort(context: Context, { word, host, port = '' }: Address, rules: AddressRules): boolean {
  const { report } = context;
  if (host === undefined) {
    return true;
  }
  if (port === '' && rules.port === 'needed') {
    return report.error('bad-value', word, `'${word.text}' has no port`, "add ':' and the port");
  }
  if (port !== '' && rules.port === 'refused') {
    return report.error('bad-value', word, `'${word.text}' has a port, which is not allowed here`, 'remove the port');
  }
  if (host !== '' && !context.from('1.7') && /(^|@)\[/.test(word.text)) {
    const message = `'${word.text}' has brackets, which HAProxy 1.6 does not read`;
    return report.error('bad-value', word, message, 'remove the brackets');
  }
  const read = withoutTail(context, port);
  if (read !== port && isPort(context, read, rules)) {
    const message = `'${port}' in '${word.text}' is read as port ${read}, and HAProxy ${STRICT_PORTS} and later refuse it`;
    report.warn('bad-value', word, message, `write ${read}`);
  } else if (!isPort(context, port, rules)) {
    return report.invalid(word, `a port in '${word.text}'`, 'use a number of 1 to 65535', port);
  }
  if (host === '' || host === '*' || isAddress(host)) {
    return true;
  }
  return NAME.test(host)
    ? rules.resolves !== 'never' || report.indeterminate()
    : report.invalid(word, `an address or a name in '${word.text}'`, 'use an address or a name', host);
}

/** Earlier branches read a port up to its last digit (commit 65f18d65a). */
const STRICT_PORTS = '2.9';

/** A port as the branch reads it: a number, or a range of two. */
const withoutTail = (context: Context, port: string): string =>
  context.from(STRICT_PORTS) ? port : port.replace(/(\d)[^\d-][^-]*/g, '$1');

function isPort(context: Context, port: string, rules: AddressRules): boolean {
  if (port === '') {
    return true;
  }
  const [, first, last] = /^[-+]?(\d+)(?:-(\d+))?$/.exec(port) ?? [];
  const numbers = [first, last].filter((n) => n !== undefined).map(Number);
  return (
    numbers.length > 0 &&
    numbers.every((n) => n <= 65535 || (rules.port === 'allowed' && !context.from('2.3'))) &&
    (last === undefined || rules.port === 'range')
  );
}
