import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Fix, Hit, Rule } from '../finding';
import type { Config, Directive, Section } from '../sections';
import { type Server, serversOf, valueAfter } from '../servers';
import { millisOf } from '../times';

const MANUAL = 'https://docs.haproxy.org/3.2/configuration.html#5.3';
/** An answer of this many bytes holds about 28 addresses. */
const DEFAULT_PAYLOAD = 512;
/** A hold that outlasts the gaps of a partial answer, seconds; longer where there are fewer queries. */
const HOLD_SECONDS = 30;
/** The longest time that HAProxy 1.9 and later take, seconds. */
const LONGEST_SECONDS = 24 * 86_400;

/** Rules about how a name is followed. */
export const RESOLUTION_RULES = {
  'unresolved-name': {
    severity: 'error',
    why: 'A load balancer changes its addresses at any time. A server that never looks its name up again goes on sending to addresses that are gone, or that belong to somebody else.',
    mend: "add a resolvers section and 'resolvers NAME' to the server line, before 1.8 also a 'check' that cannot fail",
    link: MANUAL,
    find: (config, version) => serversOf(config, version).flatMap((server) => unresolved(server, version)),
  },
  'state-file': {
    severity: 'error',
    why: 'A state file brings the addresses of the previous process back at a reload, also those that the name no longer has.',
    mend: "take 'load-server-state-from-file' out, and use 'init-addr none' on the server lines",
    link: 'https://github.com/haproxy/haproxy/issues/1650',
    find: stateFile,
  },
  'start-needs-dns': {
    severity: 'warning',
    why: 'HAProxy resolves names at the start too, and refuses to start when one does not resolve: an outage of DNS then also hits every new task.',
    mend: "add 'init-addr none'",
    fixable: true,
    link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-init-addr',
    find: (config, version) =>
      version._capabilities.initAddr
        ? namedServers(config, version)
            .filter(needsDns)
            .map(
              (server): Hit => ({
                line: server.directive.line,
                word: server.address,
                message: `HAProxy does not start, or starts without this server for good, when '${server.host}' does not resolve`,
                fix: withNone(server),
              }),
            )
        : [],
  },
  'hold-obsolete': {
    severity: 'warning',
    why: 'An answer shows at most 8 addresses of a load balancer. Without a hold, each address that is absent from one answer is dropped at once, and slots change their addresses all the time.',
    mend: "write 'hold obsolete 30s', or twice the time between two queries where that is more",
    fixable: true,
    link: MANUAL,
    find: (config, version) =>
      version._capabilities.holdObsolete
        ? resolversInUse(config, version).flatMap((section) => shortHold(section, version))
        : [],
  },
  'small-payload': {
    severity: 'warning',
    why: 'HAProxy never asks again over TCP: an answer that does not fit is thrown away, and with it the whole backend once its holds are over.',
    mend: "write 'accepted_payload_size 8192'",
    fixable: true,
    link: 'https://github.com/haproxy/haproxy/issues/341',
    find: (config, version) =>
      version._capabilities.acceptedPayloadSize ? resolversInUse(config, version).flatMap(smallPayload) : [],
  },
  'single-slot': {
    severity: 'warning',
    why: 'A single server line uses one address of the load balancer, also while that node is down and the others are fine.',
    mend: "use 'server-template PREFIX 16' in place of 'server NAME'",
    link: 'https://docs.haproxy.org/3.2/configuration.html#4-server-template',
    find: (config, version) =>
      version._capabilities.serverTemplate
        ? namedServers(config, version)
            .filter(({ slots, effective }) => slots === 1 && effective.includes('resolvers'))
            .map(
              ({ directive, address, host }): Hit => ({
                line: directive.line,
                word: address,
                message: `one slot for all addresses of '${host}'`,
              }),
            )
        : [],
  },
} as const satisfies Record<string, Rule>;

function namedServers(config: Config, version: HaproxyVersion): Server[] {
  return serversOf(config, version).filter(({ named }) => named === true);
}

function unresolved(server: Server, { _capabilities: capabilities, branch }: HaproxyVersion): Hit[] {
  const { directive, address, host, named, effective } = server;
  if (named === false) {
    return [];
  }
  const at = { line: directive.line, word: address };
  const rides = capabilities.autonomousResolution ? '' : " and 'check'";
  if (named === 'perhaps') {
    return [
      {
        ...at,
        severity: 'warning',
        message: `'${host}' is looked up at the start and never again, if it is a name: the line has no 'resolvers'`,
        mend: `add a resolvers section and 'resolvers NAME'${rides} to this line, or give an address`,
      },
    ];
  }
  if (!effective.includes('resolvers')) {
    return [
      {
        ...at,
        message: `'${host}' is looked up at the start and never again: the line has no 'resolvers'`,
        mend: `add a resolvers section and 'resolvers NAME'${rides} to this line`,
      },
    ];
  }
  if (capabilities.autonomousResolution) {
    return [];
  }
  const why = !effective.includes('check')
    ? "the line has no 'check'"
    : effective.includes('disabled')
      ? "'disabled' stops the line's check"
      : undefined;
  return why === undefined
    ? []
    : [
        {
          ...at,
          message: `'${host}' is never looked up again: HAProxy ${branch} resolves a name only when a health check runs, and ${why}`,
          mend: "add 'check addr 127.0.0.1 port LIVENESS_PORT inter 5s fall 17280', with a port on which this HAProxy itself answers",
        },
      ];
}

/** `init-addr none` before the first word of the server's own, or `,none` behind the methods that it has. */
function withNone({ directive: { line, words }, own }: Server): Fix | undefined {
  const first = words.length - own.length;
  const methods = words.slice(first).findLastIndex(({ text }) => text === 'init-addr') + 1;
  const value = methods > 0 ? words[first + methods] : undefined;
  if (methods > 0) {
    return value && { line, column: value.column, old: value.source, by: `${value.text},none` };
  }
  return own.length > 0 ? { line, column: words[first]!.column, old: '', by: 'init-addr none ' } : undefined;
}

function needsDns({ effective }: Server): boolean {
  const value = valueAfter(effective, 'init-addr');
  const methods = value?.split(',') ?? ['last', 'libc'];
  return (
    effective.includes('resolvers') &&
    !value?.includes('$') &&
    !methods.some((method) => /^none$|^[0-9a-f.:]+$/i.test(method))
  );
}

function stateFile(config: Config): Hit[] {
  if (!config.some(({ kind }) => kind === 'resolvers')) {
    return [];
  }
  return config.flatMap(({ directives }) =>
    directives
      .filter(({ words }) => words[0]?.text === 'load-server-state-from-file' && words[1]?.text !== 'none')
      .map(({ line, words }) => ({
        line,
        word: words[0]!,
        message: 'a state file together with resolvers: a reload brings old addresses back',
      })),
  );
}

/** The `resolvers` sections by which a server with a name is resolved. */
function resolversInUse(config: Config, version: HaproxyVersion): Section[] {
  const used = new Set(namedServers(config, version).map(({ effective }) => valueAfter(effective, 'resolvers')));
  return config.filter(({ kind, name }) => kind === 'resolvers' && used.has(name));
}

function find(section: Section, ...begin: string[]): Directive | undefined {
  return [...section.directives].reverse().find(({ words }) => begin.every((text, i) => words[i]?.text === text));
}

/** How often a section asks: every `hold valid` up to 2.0, every `timeout resolve` from 2.1 on (commit f50e1ac44). */
function periodOf(section: Section, version: HaproxyVersion): number {
  return version.isAtLeast('2.1')
    ? (millisOf(find(section, 'timeout', 'resolve')?.words[2]?.text) ?? 1000)
    : (millisOf(find(section, 'hold', 'valid')?.words[2]?.text) ?? 10_000);
}

function shortHold(section: Section, version: HaproxyVersion): Hit[] {
  const hold = find(section, 'hold', 'obsolete');
  const period = periodOf(section, version);
  const millis = hold === undefined ? 0 : (millisOf(hold.words[2]?.text) ?? Number.POSITIVE_INFINITY);
  if (millis > period) {
    return [];
  }
  const line = hold?.line ?? section.line;
  const seconds = Math.max(HOLD_SECONDS, Math.ceil((2 * period) / 1000));
  const enough = `${Math.min(seconds, LONGEST_SECONDS)}s`;
  return [
    {
      line,
      word: hold?.words[0] ?? section.word,
      message:
        hold === undefined
          ? `resolvers '${section.name}' drops an address that is absent from one answer: 'hold obsolete' is 0 by default`
          : `'hold obsolete ${hold.words[2]?.text}' is no longer than the time between two queries`,
      mend: `write 'hold obsolete ${enough}'`,
      fix:
        hold === undefined
          ? { line, insertBelow: `    hold obsolete ${enough}` }
          : { line, column: hold.words[2]!.column, old: hold.words[2]!.source, by: enough },
    },
  ];
}

function smallPayload(section: Section): Hit[] {
  const payload = find(section, 'accepted_payload_size');
  if (payload !== undefined && (payload.words[1]?.open || Number(payload.words[1]?.text) > DEFAULT_PAYLOAD)) {
    return [];
  }
  const line = payload?.line ?? section.line;
  return [
    {
      line,
      word: payload?.words[0] ?? section.word,
      message: `resolvers '${section.name}' takes answers of ${payload?.words[1]?.text ?? DEFAULT_PAYLOAD} bytes: about 28 addresses fit`,
      fix:
        payload === undefined
          ? { line, insertBelow: '    accepted_payload_size 8192' }
          : payload.words[1] && { line, column: payload.words[1].column, old: payload.words[1].source, by: '8192' },
    },
  ];
}
