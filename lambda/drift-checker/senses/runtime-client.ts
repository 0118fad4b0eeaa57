import { connect, type NetConnectOpts } from 'node:net';
import { compareBranches } from '../../../lib/haproxy/branches';
import { RUNTIME_COMMANDS, type RuntimeCommand, SHOW_RESOLVERS_SINCE } from '../../../lib/haproxy/runtime-commands';
import { parseInfo, parseQueriesSent, parseServersState } from '../../../lib/haproxy/runtime-parse';
import type { RuntimeReading } from '../reading';

/** A runtime API that has not answered after this time is unreachable. */
const TIMEOUT_MILLIS = 3000;
/** Far above what 1,000 slots print. More is not a runtime API. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** What the codes of failed connections mean. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ETIMEDOUT: 'connection timed out',
  ENOTFOUND: 'no such host',
  ENOENT: 'no such socket',
  EACCES: 'permission denied',
};

/** Where a runtime API listens: `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. */
function optionsOf(endpoint: string): NetConnectOpts {
  if (endpoint.startsWith('unix:')) {
    return { path: endpoint.slice('unix:'.length) };
  }
  const at = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(at + 1)) };
}

/** Sends one command and reads until HAProxy closes the connection: the only end that every branch marks. */
export function ask(endpoint: string, command: RuntimeCommand): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = connect(optionsOf(endpoint));
    const deadline = setTimeout(() => fail(`no answer to '${command}' within ${TIMEOUT_MILLIS} ms`), TIMEOUT_MILLIS);
    const fail = (reason: string) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(new Error(reason));
    };
    socket.on('error', (error: NodeJS.ErrnoException) => fail(REASONS[error.code ?? ''] ?? error.message));
    socket.on('connect', () => socket.write(`${command}\n`));
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > MAX_ANSWER_BYTES) {
        fail(`the answer to '${command}' is larger than ${MAX_ANSWER_BYTES} bytes`);
      }
    });
    socket.on('close', () => {
      clearTimeout(deadline);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

/**
 * Reads one process.
 *
 * @throws Error whose message is one line: why the runtime API could not be read
 */
export async function readRuntime(endpoint: string): Promise<RuntimeReading> {
  const info = parseInfo(await ask(endpoint, RUNTIME_COMMANDS.info));
  const slots = parseServersState(await ask(endpoint, RUNTIME_COMMANDS.serversState));
  // A branch that is newer than this program is read as the newest that it knows.
  const tellsQueries = compareBranches(info.version, SHOW_RESOLVERS_SINCE) >= 0;
  const queriesSent = tellsQueries ? parseQueriesSent(await ask(endpoint, RUNTIME_COMMANDS.resolvers)) : undefined;
  return { ...info, slots, queriesSent };
}
