import { take, takeAll } from '../engine/arguments';
import type { Grammar, Grammars } from '../engine/context';
import type { Sample } from '../engine/state';
import { KEYWORDS, keywordOf } from '../keywords';
import { checkAddress } from './address';
import { readSample } from './expression';
import { checkProcesses } from './server-options';

const LEVELS = 'emerg|alert|crit|err|warning|notice|info|debug';
const FACILITIES =
  'kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|auth2|ftp|ntp|audit|alert|cron2|local0|local1|local2|local3|local4|local5|local6|local7';
const FORMATS = 'rfc3164|rfc5424|short@1.9|raw@1.9|priority@2.3|timed@2.3|iso@2.3|local@2.4';

/** The words after the target of a log line. Source: `parse_logger`. */
const LOG = `[len num(80..65535)] [format ${FORMATS}] [sample@2.0 word] [profile@3.1 word] ${FACILITIES} [${LEVELS} [${LEVELS}]]`;

const log: Grammar = (context, cursor) => {
  const { report, words } = context;
  const target = cursor.take();
  if (target === undefined || cursor.done) {
    return report.missing(words[0], 'a target and a facility');
  }
  const [, kind, name = ''] = /^(stdout$|stderr$|fd@(?=\d+$)|ring@|backend@)(.*)/s.exec(target.text) ?? [];
  const since = keywordOf('log-target', [kind ?? ''])?.since;
  if (since !== undefined && !context.from(since)) {
    return report.tooNew(target, `log ${kind}`, since);
  }
  if (kind === 'ring@' || kind === 'backend@') {
    context.refer(kind === 'ring@' ? 'ring' : 'backend', target, name);
  }
  const checked = since !== undefined || checkAddress(context, target, { port: 'allowed', resolves: 'at start' });
  return checked && takeAll(context, cursor, LOG);
};

/** Balance algorithms with an argument in brackets; the others are in the table. */
const balance: Grammar = (context, cursor) => {
  const { report } = context;
  const word = cursor.take();
  if (word === undefined || /^rdp-cookie(\([^)]+\)|$)/.test(word.text)) {
    return true;
  }
  if (/^hdr\([^)]+\)/.test(word.text)) {
    return takeAll(context, cursor, '[use_domain_only] ~');
  }
  if (!/^random\((\d*)\)$/.test(word.text)) {
    const algorithms = KEYWORDS.filter(({ words, since }) => words.startsWith('balance ') && context.from(since));
    const names = algorithms.map(({ words }) => words.slice('balance '.length));
    return report.notOneOf(word, 'balance algorithm', [...new Set(names), 'hdr(NAME)', 'rdp-cookie']);
  }
  if (!context.from('2.0')) {
    return context.from('1.9') ? report.tooNew(word, word.text, '2.0') : report.tooNew(word, 'random', '1.9');
  }
  return word.text !== 'random(0)' || report.invalid(word, 'a valid number of draws', 'use at least 1');
};

const useBackend: Grammar = (context, cursor) => {
  const name = cursor.next;
  const dynamic = name?.text.includes('%');
  if (!take(context, cursor, dynamic ? 'fmt(use_backend)' : 'word')) {
    return false;
  }
  if (!dynamic && !name!.unresolvedVariable) {
    context.refer('backend', name!);
  }
  return takeAll(context, cursor, 'cond(use_backend)');
};

const useServer: Grammar = (context, cursor) => {
  const dynamic = cursor.text.includes('%');
  return take(context, cursor, dynamic ? 'given' : 'ref(server)') && takeAll(context, cursor, 'cond!(use-server)');
};

/** Algorithms: up to 2.3 all but `identity` came with a library that not every build has. */
const algorithms: Grammar = (context, cursor) => {
  const { report, words } = context;
  const names = words.slice(cursor.at).map(({ text }) => text);
  if (!takeAll(context, cursor, 'identity|gzip|deflate|raw-deflate...')) {
    return false;
  }
  const library = !context.from('2.4') && names.some((name) => name !== 'identity');
  return (!library && (words[1]!.text !== 'algo-req' || names.length === 1)) || report.indeterminate();
};

/** Without its own text the page shows the description of the global section. */
const showDescription: Grammar = ({ report, words }, cursor) =>
  !cursor.done ||
  report.warn(
    'incomplete',
    words[1],
    "'stats show-desc' has no text, and the global section may have none",
    'add a text',
  );

const bindProcess: Grammar = (context, cursor) => {
  const sets = cursor.words.slice(cursor.at);
  cursor.at = cursor.words.length;
  return sets.every((word) => checkProcesses(context, word));
};

const LIMITS = '{default-limit size, default-period time, limit size, table word, min-size size}';

/** One limit for each stream, or one for all with a key in a table. Source: `parse_bwlim_flt`. */
const bandwidthFilter: Grammar = (context, cursor) => {
  const { report, words } = context;
  let key: Sample | undefined;
  if (!take(context, cursor, `word ${LIMITS}`)) {
    return false;
  }
  while (cursor.takes('key')) {
    key = readSample(context, cursor, undefined);
    if (key === undefined || !take(context, cursor, LIMITS)) {
      return false;
    }
  }
  if (!takeAll(context, cursor, '')) {
    return false;
  }
  const has = (name: string) => words.some(({ text }) => text === name);
  const shared = has('limit') && key !== undefined;
  if (shared === (has('default-limit') && has('default-period')) || (has('limit') && !shared)) {
    const what = "'default-limit' and 'default-period', or 'limit' and 'key'";
    return report.missing(words[1], what, `filter ${words[1]!.text}`);
  }
  if (shared) {
    const table = words[words.findIndex(({ text }) => text === 'table') + 1]!;
    context.refer('table', table, has('table') ? table.text : '', key!.type);
  }
  return true;
};

/** The grammars of proxies. */
export const PROXY_GRAMMARS: Grammars = {
  algorithms,
  balance,
  'bind-process': bindProcess,
  bwlim: bandwidthFilter,
  log,
  'show-desc': showDescription,
  'use-backend': useBackend,
  'use-server': useServer,
};
