import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Bind, Document } from '../model';

/** Running processes: 1.8.0 to 3.0.11 resume a session at any listener, 3.2.26 and 3.4.7 at its own alone. */
const OWN_SESSIONS_SINCE = '3.1';
/** What decides which certificates pass. */
const TRUST = ['ca-file', 'ca-verify-file', 'ca-ignore-err', 'crt-ignore-err'];

export const sharedSessions: Rule = {
  id: 'shared-sessions',
  severity: 'error',
  why: 'Up to 3.0 all TLS listeners share their sessions. With TLS 1.2 a client resumes a session of another listener, and no certificate is asked for.',
  help: "add 'tune.ssl.cachesize 0' to 'global', or 'ssl-min-ver TLSv1.3' to the line",
  link: 'https://docs.haproxy.org/3.2/configuration.html#3.2-tune.ssl.cachesize',
  find,
};

function find({ sections }: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const globals = sections.filter(({ kind }) => kind === 'global');
  const cache = globals.flatMap((section) => section.last('tune.ssl.cachesize') ?? []).at(-1)?.value;
  if (version.isAtLeast(OWN_SESSIONS_SINCE) || cache?.text === '0' || cache?.unresolvedVariable) {
    return hits;
  }
  const newest = globals
    .flatMap(({ directives }) => directives)
    .some(
      ({ keyword, words }) =>
        keyword === 'ssl-default-bind-options' && words.some(({ text }) => NEWEST.test(text.toLowerCase())),
    );
  const listeners = sections
    .filter(({ mode }) => mode !== undefined)
    .flatMap(({ binds }) => binds)
    .filter((bind) => !newest && hasOldTls(bind));
  for (const listener of listeners) {
    const from = listeners.find((other) => leads(other, listener));
    if (from !== undefined) {
      const { line, word } = listener;
      const message = `a session of '${from.word.text}' is resumed here without the client certificate that this line asks for`;
      hits.push({ line, word, message });
    }
  }
  return hits;
}

const NEWEST = /^(tlsv1\.3|force-tlsv13|no-tlsv12)$/;

/** Whether it has TLS before 1.3, whose sessions are in the cache. QUIC has none. */
function hasOldTls({ addresses, options }: Bind): boolean {
  const newest =
    options.value('ssl-min-ver')?.toLowerCase() === 'tlsv1.3' ||
    options.has('force-tlsv13') ||
    options.all.some(({ word }) => word.text === 'no-tlsv12');
  const quic = addresses.every(({ family }) => /^quic/.test(family ?? ''));
  return options.has('ssl') && !options.incomplete && !newest && !quic;
}

/** Whether a client may have a session of one listener, and no certificate that passes at another one. */
function leads(from: Bind, to: Bind): boolean {
  const [given, asked] = [from, to].map(({ options }) => options.value('verify') ?? 'none');
  if (asked === 'none' || from === to) {
    return false;
  }
  const differs = (option: string) => from.options.value(option) !== to.options.value(option);
  const otherTrust = TRUST.some(differs) || (to.options.has('crl-file') && differs('crl-file'));
  return (asked === 'required' && given !== 'required') || (given !== 'none' && otherTrust);
}
