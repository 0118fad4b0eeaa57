import { isAddress } from '../lib/haproxy/address';
import { judgeAddress } from './language-address';
import type { Grammar } from './language-args';
import { CHECK_GRAMMARS } from './language-checks';
import { judgeAcl } from './language-condition';
import { begin, follow } from './language-follow';
import { GLOBAL_GRAMMARS } from './language-global';
import type { Judge } from './language-judge';
import { RULE_GRAMMARS } from './language-rules';
import { SECTION_GRAMMARS } from './language-sections';
import { SERVER_GRAMMARS } from './language-server';
import { ONE_PROCESS } from './language-server-words';
import { TABLE_GRAMMARS } from './language-tables';

const LEVELS = 'emerg|alert|crit|err|warning|notice|info|debug';
const FACILITIES =
  'kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|auth2|ftp|ntp|audit|alert|cron2|local0|local1|local2|local3|local4|local5|local6|local7';
const FORMATS = 'rfc3164|rfc5424|short@1.9|raw@1.9|priority@2.3|timed@2.3|iso@2.3|local@2.4';

/** What follows the target of a log line. Source: `parse_logger`. */
const LOG = `[len num(80..65535)] [format ${FORMATS}] [sample@2.0 word] [profile@3.1 word] ${FACILITIES} [${LEVELS} [${LEVELS}]]`;

const log: Grammar = (judge, cursor) => {
  const target = cursor.take();
  if (target === undefined || cursor.done) {
    return judge.error('missing-value', judge.words[0], "'log' needs a target and a facility", 'write them');
  }
  if (/^(stdout|stderr|fd@\d+)$/.test(target.text)) {
    if (!judge.from('1.9')) {
      return judge.error(
        'too-new',
        target,
        `'log ${target.text}' exists from HAProxy 1.9 on, and this is for ${judge.branch}`,
        'take it out, or run HAProxy 1.9 or later',
      );
    }
  } else if (/^(ring|backend)@/.test(target.text)) {
    const [, kind, name] = /^(ring|backend)@(.*)$/s.exec(target.text)!;
    const since = kind === 'ring' ? '2.2' : '2.9';
    if (!judge.from(since)) {
      return judge.error(
        'too-new',
        target,
        `'${kind}@' exists from HAProxy ${since} on, and this is for ${judge.branch}`,
        `take it out, or run HAProxy ${since} or later`,
      );
    }
    judge.refer(kind as 'ring' | 'backend', target, name);
  } else if (!judgeAddress(judge, target, { port: 'allowed', resolves: 'at start' })) {
    return false;
  }
  return follow(judge, cursor, LOG);
};

const balance: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return true;
  }
  if (/^hdr\([^)]+\)/.test(word.text)) {
    return follow(judge, cursor, '[use_domain_only] ~');
  }
  if (/^rdp-cookie(\([^)]+\)|$)/.test(word.text)) {
    return true;
  }
  if (/^random\((\d*)\)$/.test(word.text)) {
    if (!judge.from('2.0')) {
      return judge.from('1.9')
        ? judge.error(
            'too-new',
            word,
            `'${word.text}' exists from HAProxy 2.0 on, and this is for ${judge.branch}`,
            "write 'random'",
          )
        : judge.error(
            'too-new',
            word,
            `'random' exists from HAProxy 1.9 on, and this is for ${judge.branch}`,
            'use another',
          );
    }
    return (
      word.text !== 'random(0)' || judge.error('bad-value', word, "'random(0)' draws no server", 'write at least 1')
    );
  }
  return judge.error(
    'bad-value',
    word,
    `'${word.text}' is no way to balance`,
    "write 'roundrobin', 'leastconn', 'source' or another",
  );
};

const persist: Grammar = (judge, cursor) =>
  /^rdp-cookie(\(.+\)|$)/.test(cursor.take()?.text ?? '') ||
  judge.error(
    'bad-value',
    judge.words[1] ?? judge.words[0],
    "'persist' takes only 'rdp-cookie' or 'rdp-cookie(NAME)'",
    'write one of them',
  );

const useBackend: Grammar = (judge, cursor) => {
  const name = cursor.next;
  if (!begin(judge, cursor, name?.text.includes('%') ? 'fmt(use_backend)' : 'word')) {
    return false;
  }
  if (!name!.text.includes('%') && !name!.open) {
    judge.refer('backend', name!);
  }
  return follow(judge, cursor, 'cond(use_backend)');
};

const useServer: Grammar = (judge, cursor) => {
  const name = cursor.next;
  if (!begin(judge, cursor, 'word')) {
    return false;
  }
  if (name!.text.includes('%')) {
    judge.unsure();
  } else {
    judge.refer('server', name!);
  }
  return follow(judge, cursor, 'cond!(use-server)');
};

const COMPRESSIONS: ReadonlySet<string> = new Set(['identity', 'gzip', 'deflate', 'raw-deflate']);

/** Algorithms: up to 2.3 all but `identity` came with a library that not every build has. */
const algorithms: Grammar = (judge, cursor) => {
  if (cursor.done) {
    return judge.error(
      'missing-value',
      cursor.last,
      `'${judge.words[1]!.text}' needs an algorithm`,
      "write 'gzip' or another",
    );
  }
  for (const word of cursor.words.slice(cursor.at)) {
    if (!COMPRESSIONS.has(word.text)) {
      return judge.error(
        'bad-value',
        word,
        `'${word.text}' is no algorithm of compression`,
        "write 'gzip', 'deflate', 'raw-deflate' or 'identity'",
      );
    }
    if (word.text !== 'identity' && !judge.from('2.4')) {
      judge.unsure();
    }
  }
  return judge.words[1]!.text !== 'algo-req' || cursor.words.length - cursor.at === 1 || judge.unsure();
};

const named =
  (kind: Parameters<Judge['refer']>[0], after = ''): Grammar =>
  (judge, cursor) => {
    const name = cursor.next;
    if (!begin(judge, cursor, 'word')) {
      return false;
    }
    judge.refer(kind, name!);
    return after === '' ? follow(judge, cursor, '') : cursor.done || follow(judge, cursor, after);
  };

/** The bound of consistent hashing: 0, or more than 100 percent. */
const factor: Grammar = (judge, cursor) => {
  const value = Number.parseInt(cursor.text, 10) || 0;
  const word = cursor.next;
  if (!begin(judge, cursor, 'num(0..)')) {
    return false;
  }
  return (
    value === 0 ||
    value > 100 ||
    judge.error('bad-value', word, `'${word!.text}' is no percentage above 100`, 'write more than 100, or 0')
  );
};

const network: Grammar = (judge, cursor) => {
  const word = cursor.take();
  const fine = word !== undefined && isAddress(word.text.replace(/\/[\d.]+$/, ''));
  return (
    fine ||
    judge.error(
      'bad-value',
      word ?? judge.words[0],
      `'${word?.text ?? ''}' is no network`,
      "write one such as '10.0.0.0/8'",
    )
  );
};

/** Without a text of its own the page shows the description of the global section. */
const showDescription: Grammar = (judge, cursor) => {
  if (cursor.done) {
    judge.warn(
      'incomplete',
      judge.words[1],
      "'stats show-desc' has no text, and the global section may have none",
      'write one',
    );
  }
  return true;
};

/** Sets of processes: from 2.5 on there is only one. */
const bindProcess: Grammar = (judge, cursor) => {
  const wrong = cursor.words.slice(cursor.at).find(({ text }) => !ONE_PROCESS.test(text));
  cursor.at = cursor.words.length;
  return (
    wrong === undefined ||
    !judge.from('2.5') ||
    judge.error(
      'bad-value',
      wrong,
      `'${wrong.text}': there is only one process from HAProxy 2.5 on`,
      'take the line out',
    )
  );
};

/** A limit of its own for each stream, or one for all with a key in a table. Source: `parse_bwlim_flt`. */
const bandwidth: Grammar = (judge, cursor) => {
  const options = 'word {default-limit size, default-period time, limit size, key expr, table word, min-size size}';
  if (!follow(judge, cursor, options)) {
    return false;
  }
  const has = (...names: string[]) => names.every((name) => judge.words.some(({ text }) => text === name));
  const shared = has('limit', 'key');
  if (shared === has('default-limit', 'default-period') || (has('limit') && !shared)) {
    const message = `'filter ${judge.words[1]!.text}' needs 'default-limit' and 'default-period', or 'limit' and 'key'`;
    return judge.error('missing-value', judge.words[1], message, 'write one pair of them');
  }
  if (shared) {
    const table = judge.words[judge.words.findIndex(({ text }) => text === 'table') + 1]!;
    judge.refer('table', table, has('table') ? table.text : '', judge.sample.type);
  }
  return true;
};

const unsure: Grammar = (judge, cursor) => {
  cursor.at = cursor.words.length;
  return judge.unsure();
};

/** The grammars that the tables name with `@`. */
export const GRAMMARS: Readonly<Record<string, Grammar>> = {
  ...RULE_GRAMMARS,
  ...SERVER_GRAMMARS,
  ...CHECK_GRAMMARS,
  ...TABLE_GRAMMARS,
  ...GLOBAL_GRAMMARS,
  ...SECTION_GRAMMARS,
  acl: judgeAcl,
  algorithms,
  balance,
  'cache-filter': named('cache'),
  factor,
  network,
  'show-desc': showDescription,
  errorfiles: named('http-errors', 'status...'),
  'fcgi-app': named('fcgi-app'),
  'httpclient-resolvers': named('resolvers'),
  'bind-process': bindProcess,
  bwlim: bandwidth,
  forwarded: (judge, cursor) => cursor.done || unsure(judge, cursor),
  log,
  'log-stderr': (judge, cursor) => (cursor.text === 'global' ? follow(judge, cursor, 'global') : log(judge, cursor)),
  'log-step': unsure,
  persist,
  'use-backend': useBackend,
  'use-server': useServer,
};
