import { isIP } from 'node:net';
import { InputError } from './errors';

/** A CDK token: a value that CloudFormation fills in at deployment. It passes through unchanged. */
const TOKEN = /\$\{Token\[[^\]\s]*\]\}/g;
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;

/** Where to listen: all addresses when `address` is left out. */
export interface HaproxyBind {
  /**
   * IPv4 or IPv6 address.
   *
   * @default - every IPv4 address of the task
   */
  readonly address?: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** Whether a text is an IPv4 or IPv6 address, or a token for one. */
function isAddressOrToken(text: string): boolean {
  return isAddress(text) || text.replace(TOKEN, '') === '';
}

/** Whether a text is an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return isIP(text) > 0 && !text.includes('%');
}

/**
 * Checks a host name by the rules of HAProxy and DNS (letters, digits, `-`, `_`, labels of 1 to 63, 253 in all).
 *
 * @param what name of the option in the error
 */
export function checkHostName(name: string, what: string): string {
  if (isAddress(name)) {
    throw new InputError(
      `${what} '${name}' is an address: give the host name of the load balancer, because its addresses change`,
    );
  }
  // A token counts as letters; the text around it is checked.
  const filled = name.replace(TOKEN, 'token');
  const labels = filled.replace(/\.$/, '').split('.');
  if (filled.length > 253 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    throw new InputError(
      `${what} '${name}' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots`,
    );
  }
  return name;
}

/** The same for a name that HAProxy sends in a header or in SNI, or compares with one: it has no final dot there. */
export function checkSentName(name: string, what: string): string {
  return checkHostName(name, what).replace(/\.$/, '');
}

/** Checks a TCP or UDP port. */
export function checkPort(port: number, what: string): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new InputError(`${what} '${port}' is not a port: give a whole number from 1 to 65535`);
  }
  return port;
}

/** Splits `HOST:PORT`, `[IPV6]:PORT` or `PORT`. The port is checked, the host is not. */
function splitHostPort(text: string, what: string, form: string): { host?: string; port: number } {
  const [, bracketed, host, port] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined) {
    throw new InputError(`${what} '${text}' is not valid: give ${form}`);
  }
  return { host: bracketed ?? host, port: checkPort(Number(port), `port of ${what} '${text}':`) };
}

/** Reads `NAME:PORT`. */
export function parseUpstream(text: string, what: string): { dnsName: string; port: number } {
  const { host, port } = splitHostPort(text, what, 'NAME:PORT');
  if (host === undefined) {
    throw new InputError(`${what} '${text}' has no host name: give NAME:PORT`);
  }
  return { dnsName: checkHostName(host, what), port };
}

/** Reads `[ADDR:]PORT`. */
export function parseBind(text: string, what: string): HaproxyBind {
  const { host, port } = splitHostPort(text, what, 'PORT, ADDR:PORT or [IPV6]:PORT');
  return checkBind({ address: host === '*' ? undefined : host, port }, what);
}

/** Checks a listening address. */
export function checkBind(bind: HaproxyBind, what: string): HaproxyBind {
  if (bind.address !== undefined && !isAddress(bind.address)) {
    throw new InputError(
      `${what} '${bind.address}' is not an address to listen on: give [ADDR:]PORT with an IP address`,
    );
  }
  return { address: bind.address, port: checkPort(bind.port, what) };
}

/** Reads `IP:PORT` of a name server or a syslog server. HAProxy needs an address and a port there. */
export function checkNameserver(text: string, what = 'name server'): string {
  const { host, port } = splitHostPort(text, what, 'IP:PORT or [IPV6]:PORT');
  if (host === undefined || !isAddressOrToken(host)) {
    throw new InputError(`${what} '${text}' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53`);
  }
  return formatHostPort(host, port);
}

/** Checks `HOST:PORT` or `[IPV6]:PORT`, where the host is an address or a name. */
export function checkEndpoint(text: string, what: string): string {
  const { host, port } = splitHostPort(text, what, 'HOST:PORT or [IPV6]:PORT');
  if (host === undefined) {
    throw new InputError(`${what} '${text}' has no host: give HOST:PORT or [IPV6]:PORT`);
  }
  return formatHostPort(isAddress(host) ? host : checkHostName(host, what), port);
}

/** Checks an address of a machine, which does not change. */
export function checkFixedAddress(text: string, what: string): string {
  if (text === '' || !isAddressOrToken(text)) {
    throw new InputError(
      `${what} '${text}' is not an address: give IPv4 or IPv6 addresses without port, or a DNS name in place of addresses`,
    );
  }
  return text;
}

/** Checks an address or a network in CIDR notation. */
export function checkNetwork(text: string, what: string): string {
  const [address = '', prefix, more] = text.split('/');
  const bits = address.includes(':') ? 128 : 32;
  const valid = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  if (address === '' || !isAddressOrToken(address) || !valid || more !== undefined) {
    throw new InputError(
      `${what} '${text}' is not a network: give an IP address, or one with a prefix such as 10.0.0.0/8`,
    );
  }
  return text;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
