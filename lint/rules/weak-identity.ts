import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Directive, Document, Section, Server } from '../model';
import { proxiesOf } from './lookups';

/** From this branch on HAProxy sends a server name by itself, and verifies the certificate against it. */
const SNI_AUTO_SINCE = '3.3';
/** Options that set the kind of health check: the last one counts. */
const CHECK_KINDS =
  /^option (httpchk|tcp-check|ssl-hello-chk|smtpchk|mysql-check|pgsql-check|redis-check|ldap-check|spop-check|external-check)$/;

export const weakIdentity: Rule = {
  id: 'weak-identity',
  severity: 'warning',
  why: 'AWS gives the addresses of a load balancer to others when it no longer needs them. A check that anybody passes, or that is not made, does not keep requests from them; one that nothing passes keeps all of them.',
  help: "verify the name of the certificate with 'verifyhost NAME', or expect a text that only the load balancer returns",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4.2-http-check%20expect',
  find,
};

function find(document: Document, version: HaproxyVersion): Hit[] {
  return proxiesOf(document).flatMap((section) => {
    const servers = section.servers.filter(({ named, options }) => named === true && !options.incomplete);
    return [
      ...servers.filter((server) => acceptsAnyName(section, server, version)).map(anyName),
      ...(servers.length > 0 ? proofsOf(section).flatMap((proof) => weaknessesOf(section, servers, proof)) : []),
    ];
  });
}

/** A certificate of any name passes: the authority issues them to everybody. */
function acceptsAnyName({ mode }: Section, { options }: Server, version: HaproxyVersion): boolean {
  const secure = options.has('ssl') || options.has('check-ssl');
  const automatic = version.isAtLeast(SNI_AUTO_SINCE) && mode === 'http' && !options.has('no-sni-auto');
  // A server name counts before `verifyhost`. That of the check counts for the check alone.
  const named = ['verifyhost', 'sni'].some((name) => options.has(name));
  const checkAlone = !options.has('ssl') && options.has('check-sni');
  return secure && options.value('verify') === 'required' && !named && !checkAlone && !automatic;
}

function anyName({ line, address }: Server): Hit {
  const name = address.host ?? address.word.text;
  return {
    line,
    word: address.word,
    message: `a certificate of any name passes for '${name}': 'verify required' alone verifies its authority`,
    help: "add 'verifyhost NAME', with a name of its certificate",
  };
}

/** The lines that expect a text or a header, which a proof of identity is. */
const proofsOf = ({ directives }: Section): Directive[] =>
  directives.filter(
    ({ keyword, words }) =>
      keyword === 'http-check expect' && words.some(({ text }) => /^(r?string|f?hdr)$/.test(text)),
  );

function weaknessesOf(section: Section, servers: readonly Server[], proof: Directive): Hit[] {
  const { line, words } = proof;
  const [word] = words as [Directive['words'][number]];
  const kinds = section.directives.filter(({ keyword }) => CHECK_KINDS.test(keyword));
  const last = kinds.at(-1);
  if (last !== undefined && last.keyword !== 'option httpchk') {
    const message = `'http-check expect' is not read, because '${last.keyword}' sets another kind of check`;
    return [{ line, word, message, help: `remove '${last.keyword}'` }];
  }
  const expected = words.at(-1)!;
  const asked = kinds.length === 0 ? [] : requestsOf(section);
  const echoed = asked.some((text) => text.includes(expected.text));
  return [
    ...(echoed
      ? [
          {
            line,
            word: expected,
            message: `'${expected.text}' is in the request of the check: a server that returns what it is asked passes`,
            help: 'expect a text that the request does not have',
          },
        ]
      : []),
    ...(comparesParts(words) && expected.text.includes(',')
      ? [
          {
            line,
            word: expected,
            message: `no header passes: 'hdr' compares each part between commas, and '${expected.text}' has one`,
            help: "write 'fhdr', which compares the whole value",
          },
        ]
      : []),
    ...servers.flatMap((server) => elsewhere(server)),
  ];
}

/** Whether a line compares texts, not patterns, with the parts of a header. (Running processes of 2.2 to 3.4.) */
const comparesParts = (words: Directive['words']): boolean =>
  words.some(({ text }) => text === 'hdr') && words.at(-2)?.text === 'value';

/** The words of the request that a check sends. */
const requestsOf = ({ directives }: Section): string[] =>
  directives
    .filter(({ keyword }) => keyword === 'http-check send' || keyword === 'option httpchk')
    .flatMap(({ words }) => words.slice(2).map(({ text }) => text));

/** The check asks another place than the traffic goes to, or is not made. */
function elsewhere({ line, address, options }: Server): Hit[] {
  const name = address.host ?? address.word.text;
  if (!options.has('check')) {
    const message = `'${name}' is not checked: 'http-check expect' proves nothing of it`;
    return [{ line, word: address.word, message, help: "add 'check'" }];
  }
  const addr = options.value('addr');
  const port = options.value('port');
  const own = address.port;
  if (addr !== undefined) {
    const message = `the check of '${name}' asks '${addr}', and requests go to '${name}'`;
    return [{ line, word: address.word, message, help: "remove 'addr'" }];
  }
  if (port !== undefined && own !== undefined && /^\d+$/.test(own) && /^\d+$/.test(port) && port !== own) {
    const message = `the check of '${name}' asks port ${port}, and requests go to port ${own}`;
    return [{ line, word: address.word, message, help: "remove 'port'" }];
  }
  return [];
}
