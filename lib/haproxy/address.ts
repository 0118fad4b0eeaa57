import { InputError } from './errors';

/** Marks a value that the CDK fills in at deployment. It passes through unread and unbroken. */
const TOKEN = /\$\{Token\[[^\]]*\]\}/;
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/;

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

/** Whether a text holds a CDK token, which must not be parsed. */
export function hasToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether a text is an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return IPV4.test(text) || IPV6.test(text);
}

/**
 * Checks a host name as HAProxy and DNS take it (letters, digits, `-`, `_`, labels of 1 to 63, 253 in all).
 *
 * @param what what the name is for, as the error shall call it
 */
export function checkHostName(name: string, what: string): string {
  if (hasToken(name)) {
    return name;
  }
  if (isAddress(name)) {
    throw new InputError(
      `${what} '${name}' is an address: give the host name of the load balancer, because its addresses change`,
    );
  }
  const labels = name.replace(/\.$/, '').split('.');
  if (name.length > 253 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    throw new InputError(
      `${what} '${name}' is not a host name: use letters, digits, '-' and '.', at most 253 characters, 63 between dots`,
    );
  }
  return name;
}

/** Checks a TCP or UDP port. */
export function checkPort(port: number, what: string): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new InputError(`${what} '${port}' is not a port: give a whole number from 1 to 65535`);
  }
  return port;
}

/** Splits `HOST:PORT`, `[IPV6]:PORT` or `PORT`. The port is checked, the host is not. */
function splitHostPort(text: string, what: string): { host?: string; port: number } {
  const [, bracketed, host, port] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?([^:]*)$/.exec(text) ?? [];
  if (port === undefined) {
    throw new InputError(`${what} '${text}' has no single port at its end: give HOST:PORT, [IPV6]:PORT or PORT`);
  }
  return {
    host: bracketed ?? host,
    port: checkPort(/^\d+$/.test(port) ? Number(port) : Number.NaN, `port of ${what} '${text}':`),
  };
}

/** Reads `NAME:PORT`. */
export function parseUpstream(text: string, what: string): { dnsName: string; port: number } {
  const { host, port } = splitHostPort(text, what);
  if (host === undefined) {
    throw new InputError(`${what} '${text}' has no host name: give NAME:PORT`);
  }
  return { dnsName: checkHostName(host, what), port };
}

/** Reads `[ADDR:]PORT`. */
export function parseBind(text: string, what: string): HaproxyBind {
  const { host, port } = splitHostPort(text, what);
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

/** Reads `IP:PORT` of a name server. HAProxy takes no host name and no missing port there. */
export function checkNameserver(text: string): string {
  const { host, port } = splitHostPort(text, 'name server');
  if (host === undefined || !isAddress(host)) {
    throw new InputError(
      `name server '${text}' is not IP:PORT: give an IP address and a port, such as 169.254.169.253:53`,
    );
  }
  return formatHostPort(host, port);
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
