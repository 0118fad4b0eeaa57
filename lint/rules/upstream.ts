import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Config, Section } from '../sections';
import { isOn, serversOf, valueAfter } from '../servers';
import { millisOf } from '../times';

/** Idle time of an Application Load Balancer, seconds: the shortest default of the kinds. */
const ELB_IDLE_SECONDS = 60;
/** From this branch on a check asks for the server's own name by itself. */
const CHECK_SNI_AUTO_SINCE = '3.3';

/** Rules about how a load balancer is talked to. */
export const UPSTREAM_RULES = {
  'check-without-host': {
    severity: 'warning',
    why: 'An Application Load Balancer picks its rule by the Host header. A check without it meets the default rule, which may answer 404 for ever.',
    mend: "send the Host header that a client would send, with 'http-check send' (2.2 and later) or 'option httpchk'",
    link: 'https://docs.haproxy.org/3.2/configuration.html#4-http-check%20send',
    find: checkWithoutHost,
  },
  'check-without-sni': {
    severity: 'warning',
    why: 'A TLS check without a name gets whatever certificate is the default one, and fails when the name is verified.',
    mend: "add 'check-sni NAME'",
    link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-check-sni',
    find: checkWithoutSni,
  },
  'idle-time': {
    severity: 'warning',
    why: 'The side that sends requests must give up an idle connection first. Otherwise a request meets a connection that the load balancer is just closing, and is answered with 502.',
    mend: "write 'pool-purge-delay 5s' (1.9 and later) or 'timeout http-keep-alive 50s'",
    fixable: true,
    link: 'https://github.com/haproxy/haproxy/issues/1236',
    find: idleTime,
  },
  'kept-connections': {
    severity: 'warning',
    why: 'Up to 2.9 a server that gets another address keeps the connections to the old one, and uses them for as long as that answers. A client that keeps its own connection never leaves it.',
    mend: "add 'option http-server-close', or run 3.0 or later",
    link: 'https://docs.haproxy.org/3.2/configuration.html#4-option%20http-server-close',
    find: keptConnections,
  },
} as const satisfies Record<string, Rule>;

function checkWithoutHost(config: Config, version: HaproxyVersion): Hit[] {
  const checked = new Set(
    serversOf(config, version)
      .filter(
        ({ named, effective }) => named === true && isOn(effective, 'check', 'no-check') && !effective.includes('addr'),
      )
      .map(({ section }) => section),
  );
  return [...checked].flatMap((section) => {
    const httpchk = section.directives.find(({ words }) => words[0]?.text === 'option' && words[1]?.text === 'httpchk');
    return httpchk === undefined || sendsHost(section)
      ? []
      : [
          {
            line: httpchk.line,
            word: httpchk.words[0]!,
            message: `the HTTP check of '${section.name}' sends no Host header`,
            mend: version._capabilities.httpCheckSend
              ? "add 'http-check send meth GET uri /PATH ver HTTP/1.1 hdr Host NAME'"
              : "write 'option httpchk GET /PATH HTTP/1.1\\r\\nHost:\\ NAME'",
          },
        ];
  });
}

/** `http-check send … hdr Host NAME`, or the old form with the header in the version, or the fourth word of 3.1. */
function sendsHost(section: Section): boolean {
  return section.directives.some(({ words }) => {
    const texts = words.map(({ text }) => text);
    const [first, second] = texts;
    const sends =
      first === 'http-check' &&
      second === 'send' &&
      texts.some((text, i) => text === 'hdr' && /^host$/i.test(texts[i + 1] ?? ''));
    return (
      sends ||
      (first === 'option' &&
        second === 'httpchk' &&
        (/host:/i.test(texts.slice(4).join(' ')) || texts[5] !== undefined))
    );
  });
}

function checkWithoutSni(config: Config, version: HaproxyVersion): Hit[] {
  if (!version._capabilities.checkSni || version.isAtLeast(CHECK_SNI_AUTO_SINCE)) {
    return [];
  }
  return serversOf(config, version)
    .filter(
      ({ effective }) =>
        isOn(effective, 'ssl', 'no-ssl') &&
        isOn(effective, 'check', 'no-check') &&
        !effective.includes('check-sni') &&
        !effective.includes('addr') &&
        valueAfter(effective, 'verify') !== 'none',
    )
    .map(({ directive, address, host }) => ({
      line: directive.line,
      word: address,
      message: `the TLS check of '${host}' asks for no name`,
      mend: `add 'check-sni ${host}'`,
    }));
}

/** From 1.9 idle connections wait in a pool; before, they wait with the client's own connection. */
function idleTime(config: Config, version: HaproxyVersion): Hit[] {
  const servers = serversOf(config, version).filter(({ named }) => named === true);
  if (version._capabilities.poolPurgeDelay) {
    return servers.flatMap(({ directive: { line }, address: word, host, effective }) => {
      const delay = valueAfter(effective, 'pool-purge-delay');
      return (millisOf(delay) ?? 0) < ELB_IDLE_SECONDS * 1000
        ? []
        : [
            {
              line,
              word,
              message: `idle connections to '${host}' are kept for ${delay} and more; an Application Load Balancer ends them after ${ELB_IDLE_SECONDS} s`,
              mend: "write 'pool-purge-delay 5s'",
            },
          ];
    });
  }
  return servers.length === 0
    ? []
    : config.flatMap(({ directives }) =>
        directives
          .filter(({ words: [first, second, value] }) => {
            const keepAlive = first?.text === 'timeout' && second?.text === 'http-keep-alive';
            return keepAlive && (millisOf(value?.text) ?? 0) >= ELB_IDLE_SECONDS * 1000;
          })
          .map(({ line, words }) => ({
            line,
            word: words[2]!,
            message: `before 1.9 the connection to the load balancer idles as long as the client's, here ${words[2]!.text}; an Application Load Balancer ends it after ${ELB_IDLE_SECONDS} s`,
            mend: "write 'timeout http-keep-alive 50s'",
            fix: { line, column: words[2]!.column, old: words[2]!.source, by: '50s' },
          })),
      );
}

/** Options that end the connection to the server with the answer. */
const CLOSING = new Set(['http-server-close', 'httpclose', 'forceclose']);

/** With several slots an address that is gone leaves its slot empty; with one the next address takes its place. */
function keptConnections(config: Config, version: HaproxyVersion): Hit[] {
  const closes = config.some(({ directives }) =>
    directives.some(({ words: [first, second] }) => first?.text === 'option' && CLOSING.has(second?.text ?? '')),
  );
  return version._capabilities.leavesInPlace || closes
    ? []
    : serversOf(config, version)
        .filter(
          ({ section, named, slots, effective }) =>
            named === true &&
            slots === 1 &&
            effective.includes('resolvers') &&
            valueAfter(effective, 'pool-max-conn') !== '0' &&
            isHttp(config, section),
        )
        .map(({ directive: { line }, address: word, host }) => ({
          line,
          word,
          message: `clients that keep their connection stay on the old address of '${host}' for as long as it answers`,
        }));
}

/** The mode of a section, or else that of its defaults. */
function isHttp(config: Config, section: Section): boolean {
  const modeOf = ({ directives }: Section) =>
    directives.filter(({ words }) => words[0]?.text === 'mode').at(-1)?.words[1]?.text;
  const above = config.slice(0, config.indexOf(section)).filter(({ kind }) => kind === 'defaults');
  const defaults = section.from === undefined ? above.at(-1) : above.find(({ name }) => name === section.from);
  return (modeOf(section) ?? (defaults && modeOf(defaults))) === 'http';
}
