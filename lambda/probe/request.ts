import { isIP } from 'node:net';
import type { NameQuery, ProbeRequest, ProcessQuery, RuntimeTls } from '../../lib/contract/probe';
import { VIEW_PATH } from '../../lib/contract/registry-record';
import { checkEndpoint, checkNameserver } from '../../lib/haproxy/address';

/** The longest that Lambda lets a function run. */
const MAX_MILLIS = 900_000;
/** A request has far fewer. */
const MAX_ITEMS = 10_000;
/** The path of a view: nothing else of a process is asked for over HTTP. */
const VIEW = new RegExp(`^${VIEW_PATH}[A-Za-z0-9._:-]{1,200}$`);

/**
 * Checks the form of a request.
 *
 * @throws Error with one line: what was given, and what is allowed. Single names and endpoints are checked later, so
 * that a bad one does not keep others from being read.
 */
export function checkRequest(request: unknown): ProbeRequest {
  const { millis, names, processes, tls } = asObject(request, 'the request');
  if (!Number.isInteger(millis) || (millis as number) < 1 || (millis as number) > MAX_MILLIS) {
    throw new Error(`millis ${shown(millis)} is not valid: give a whole number from 1 to ${MAX_MILLIS}`);
  }
  return {
    millis: millis as number,
    names: asList(names, 'names').map(asName),
    processes: asList(processes, 'processes').map(asProcess),
    tls: tls === undefined ? undefined : mapOf(tls, 'tls', asTls),
  };
}

/** @throws Error with one line for a name or name server that cannot be asked */
export function checkName({ name, nameservers = [] }: NameQuery): void {
  if (name === '' || name.length > 253 || /[^\x21-\x7e]/.test(name)) {
    throw new Error(`name ${shown(name)} is not a DNS name: give 1 to 253 characters without blanks`);
  }
  if (isIP(name) > 0) {
    throw new Error(`name ${shown(name)} is an address: give a DNS name`);
  }
  for (const nameserver of nameservers) {
    checkNameserver(nameserver);
  }
}

/** @throws Error with one line for an endpoint, TLS material or view that cannot be asked */
export function checkProcess({ endpoint, tls, views = {} }: ProcessQuery, known: ProbeRequest['tls'] = {}): void {
  if (!/^unix:./.test(endpoint)) {
    checkEndpoint(endpoint, 'endpoint');
  }
  if (tls !== undefined && !Object.hasOwn(known, tls)) {
    throw new Error(`tls ${shown(tls)} is not in the request: give its certificate, key and authority`);
  }
  for (const view of Object.values(views)) {
    checkEndpoint(view.endpoint, 'endpoint of a view');
    if (!VIEW.test(view.path)) {
      throw new Error(`path ${shown(view.path)} is not that of a view: give ${VIEW_PATH} and the name of a backend`);
    }
  }
}

function asName(value: unknown, i: number): NameQuery {
  const { name, nameservers } = asObject(value, `names[${i}]`);
  return {
    name: asText(name, `names[${i}].name`),
    nameservers:
      nameservers === undefined
        ? undefined
        : asList(nameservers, `names[${i}].nameservers`).map((one) => asText(one, `names[${i}].nameservers`)),
  };
}

function asProcess(value: unknown, i: number): ProcessQuery {
  const { endpoint, tls, views } = asObject(value, `processes[${i}]`);
  return {
    endpoint: asText(endpoint, `processes[${i}].endpoint`),
    tls: tls === undefined ? undefined : asText(tls, `processes[${i}].tls`),
    views: views === undefined ? undefined : mapOf(views, `processes[${i}].views`, asView),
  };
}

function asView(value: unknown, what: string): { endpoint: string; path: string } {
  const { endpoint, path } = asObject(value, what);
  return { endpoint: asText(endpoint, `${what}.endpoint`), path: asText(path, `${what}.path`) };
}

/** The material itself is never part of a message. */
function asTls(value: unknown, what: string): RuntimeTls {
  const { cert, key, ca } = asObject(value, what);
  if (typeof cert !== 'string' || typeof key !== 'string' || typeof ca !== 'string') {
    throw new Error(`${what} is not valid: give cert, key and ca in PEM`);
  }
  return { cert, key, ca };
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} is ${kindOf(value)}: give an object`);
  }
  return value as Record<string, unknown>;
}

function asList(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) {
    throw new Error(`${what} is ${kindOf(value)}: give a list`);
  }
  if (value.length > MAX_ITEMS) {
    throw new Error(`${what} has ${value.length} items: give at most ${MAX_ITEMS}`);
  }
  return value;
}

function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') {
    throw new Error(`${what} is ${kindOf(value)}: give a text`);
  }
  return value;
}

function mapOf<T>(value: unknown, what: string, read: (value: unknown, what: string) => T): Record<string, T> {
  const entries = Object.entries(asObject(value, what));
  return Object.fromEntries(entries.map(([key, one]) => [key, read(one, what)]));
}

function kindOf(value: unknown): string {
  return value === undefined
    ? 'missing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : `a ${typeof value}`;
}

/** Short enough for a log line, without characters that break it. */
function shown(value: unknown): string {
  return String(JSON.stringify(value))
    .slice(0, 80)
    .replace(/[^\x20-\x7e]/g, '?');
}
