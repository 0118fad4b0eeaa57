import { request } from 'node:http';
import { isIP } from 'node:net';
import type { ObservedRuntime, ProcessQuery } from '../../lib/contract/probe';
import { addressOf } from './endpoint';

/** How often a view is asked for: each answer has up to 8 addresses, and the next one goes on where it ended. */
const MAX_REQUESTS = 4;
/** A view that is not answered in this time is not known. HAProxy answers at once unless its own DNS is silent. */
const MAX_MILLIS = 2000;
const MAX_BYTES = 4096;

/** By DNS name. */
type Views = NonNullable<ObservedRuntime['views']>;

/**
 * Asks a process what its own resolver answers: all addresses of each name. A name that it does not answer is left out:
 * the process does not know it now, or does not say it.
 *
 * @param deadline when the caller's time is over, in milliseconds since 1970
 */
export async function readViews(queries: NonNullable<ProcessQuery['views']>, deadline: number): Promise<Views> {
  const until = Math.min(deadline, Date.now() + MAX_MILLIS);
  const views: [name: string, addresses: readonly string[]][] = [];
  // One after the other: many processes are asked at the same time.
  for (const [name, { endpoint, path }] of Object.entries(queries)) {
    const view = await readView(endpoint, path, until);
    if (view !== undefined) {
      views.push([name, view]);
    }
  }
  return Object.fromEntries(views);
}

/** Sorted addresses; undefined when any request fails, because the others may have had a part of them. */
async function readView(endpoint: string, path: string, until: number): Promise<readonly string[] | undefined> {
  const addresses = new Set<string>();
  for (let requests = 0; requests < MAX_REQUESTS; requests += 1) {
    const before = addresses.size;
    const answer = parseView(await get(endpoint, path, until));
    if (answer === undefined) {
      return undefined;
    }
    for (const address of answer) {
      addresses.add(address);
    }
    if (requests > 0 && addresses.size === before) {
      break;
    }
  }
  return [...addresses].sort();
}

/** Addresses with blanks between them; undefined for any other text. */
export function parseView(text: string | undefined): readonly string[] | undefined {
  const words = text?.trim().split(/\s+/) ?? [];
  return words.length > 0 && words.every((word) => isIP(word) > 0) ? words : undefined;
}

/** The body of an answer with status 200; undefined for everything else. */
function get(endpoint: string, path: string, until: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const left = until - Date.now();
    if (left <= 0) {
      resolve(undefined);
      return;
    }
    const { host, port } = addressOf(endpoint) as { host: string; port: number };
    let body = '';
    const sent = request({ host, port, path, agent: false, maxHeaderSize: MAX_BYTES }, (response) => {
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1');
        if (body.length > MAX_BYTES || response.statusCode !== 200) {
          settle(undefined);
        }
      });
      response.on('end', () => settle(response.statusCode === 200 && response.complete ? body : undefined));
      response.on('error', () => settle(undefined));
    });
    const timer = setTimeout(() => settle(undefined), left);
    const settle = (result: string | undefined) => {
      clearTimeout(timer);
      sent.destroy();
      resolve(result);
    };
    sent.on('error', () => settle(undefined));
    sent.on('close', () => settle(undefined));
    sent.end();
  });
}
