import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Config, Directive } from '../sections';
import { hostOf, isLocalSocket } from '../servers';

const TLS_WORDS = new Set(['ssl', 'crt', 'ca-file', 'verify']);
/** The official images run as user `haproxy` from this branch on. */
const NON_ROOT_SINCE = '2.4';
/** From this branch on `level user` only reads. */
const USER_READS_SINCE = '3.3';

/** Rules about who can reach what. */
export const EXPOSURE_RULES = {
  'socket-tls': {
    severity: 'error',
    why: 'HAProxy accepts TLS words on a stats socket line and ignores them: the socket speaks clear text.',
    mend: "keep the socket local, and put a 'listen' section in TCP mode with TLS in front of it",
    link: 'https://docs.haproxy.org/3.2/configuration.html#stats%20socket',
    find: socketTls,
  },
  'exposed-socket': {
    severity: 'error',
    why: 'Whoever reaches a runtime API at level operator or admin can steer the proxy. Before 3.3 level user can change maps and read TLS ticket keys too.',
    mend: "keep the socket local (unix@ or abns@), and put a 'listen' section with an allow-list in front of it",
    link: 'https://docs.haproxy.org/3.2/management.html#9.3',
    find: exposedSocket,
  },
  'privileged-port': {
    severity: 'warning',
    why: 'The official images do not run as root from 2.4 on. On most container platforms such a process cannot listen below 1024, and does not start.',
    mend: 'listen on a port from 1024 on, and let the load balancer or the port mapping translate',
    link: 'https://github.com/docker-library/haproxy/issues/160',
    find: privilegedPort,
  },
} as const satisfies Record<string, Rule>;

function statsSockets(config: Config): Directive[] {
  return config
    .filter(({ kind }) => kind === 'global')
    .flatMap(({ directives }) => directives)
    .filter(({ words }) => words[0]?.text === 'stats' && words[1]?.text === 'socket' && words[2] !== undefined);
}

function socketTls(config: Config): Hit[] {
  return statsSockets(config).flatMap(({ line, words }) => {
    const word = words.slice(3).find(({ text }) => TLS_WORDS.has(text));
    return word === undefined
      ? []
      : [
          {
            line,
            word,
            message: `'${word.text}' on a stats socket line is ignored: the socket speaks clear text`,
          },
        ];
  });
}

function exposedSocket(config: Config, version: HaproxyVersion): Hit[] {
  return statsSockets(config).flatMap(({ line, words }) => {
    const texts = words.map(({ text }) => text);
    const address = texts[2]!;
    const level = texts.includes('level') ? texts[texts.indexOf('level') + 1] : 'operator';
    const readOnly = level === 'user' && version.isAtLeast(USER_READS_SINCE);
    const loopback = /^127\.|^::1$/.test(hostOf(address));
    return isLocalSocket(address) || loopback || readOnly
      ? []
      : [
          {
            line,
            word: words[2]!,
            message: `the runtime API at level ${level} is open to the network on '${address}'`,
          },
        ];
  });
}

function privilegedPort(config: Config, version: HaproxyVersion): Hit[] {
  if (!version.isAtLeast(NON_ROOT_SINCE)) {
    return [];
  }
  return config.flatMap(({ directives }) =>
    directives
      .filter(({ words }) => words[0]?.text === 'bind' && words[1] !== undefined)
      .flatMap(({ line, words }) => {
        const ports = words[1]!.text
          .split(',')
          .map((address) => Number(/:(\d+)(?:-\d+)?$/.exec(address)?.[1] ?? Number.NaN));
        const port = ports.find((candidate) => candidate > 0 && candidate < 1024);
        return port === undefined
          ? []
          : [
              {
                line,
                word: words[1]!,
                message: `port ${port} is below 1024, and the official image of ${version.branch} does not run as root`,
              },
            ];
      }),
  );
}
