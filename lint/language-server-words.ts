import { isAddress } from '../lib/haproxy/address';
import { judgeAddress } from './language-address';
import type { Grammar } from './language-args';
import { begin } from './language-follow';
import { modeOf } from './language-proxy';
import { lookup } from './lookup';

const initAddr: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return true;
  }
  const wrong = word.text.split(',').find((part) => !['last', 'libc', 'none'].includes(part) && !isAddress(part));
  return (
    wrong === undefined ||
    judge.error('bad-value', word, `'${wrong}' is neither 'last', 'libc', 'none' nor an address`, 'write one of them')
  );
};

const RESOLVE_OPTS = lookup<string>({
  'allow-dup-ip': '1.9',
  'prevent-dup-ip': '1.9',
  'ignore-weight': '2.1',
});

/** Without a value the option is taken, and takes the next word when there is one. */
const resolveOpts: Grammar = (judge, cursor) => {
  const word = cursor.take();
  const wrong = (word?.text ?? '').split(',').find((option) => {
    const since = RESOLVE_OPTS[option];
    return option !== '' && (since === undefined || !judge.from(since));
  });
  return (
    wrong === undefined ||
    judge.error(
      'bad-value',
      word,
      `'${wrong}' is no option of 'resolve-opts' on HAProxy ${judge.branch}`,
      "write 'allow-dup-ip' or 'prevent-dup-ip'",
    )
  );
};

const networks: Grammar = (judge, cursor) => {
  const word = cursor.take();
  const wrong = word?.text.split(',').find((net) => !isAddress(net.replace(/\/\d+(\.\d+){0,3}$/, '')));
  return (
    (word !== undefined && wrong === undefined) ||
    judge.error('bad-value', word, `'${wrong ?? ''}' is no network`, "write networks such as '10.0.0.0/8', with commas")
  );
};

const resolvers: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return (
      judge.branch === '1.8' ||
      judge.error('missing-value', cursor.last, "'resolvers' needs the name of a section", 'write it')
    );
  }
  // On a 'default-server' line it counts from 1.8 on, and is looked for from 1.9 on.
  if (judge.words[0]!.text !== 'default-server' || judge.from('1.9')) {
    judge.refer('resolvers', word);
  }
  return true;
};

const healthcheck: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word !== undefined) {
    judge.refer('healthcheck', word);
  }
  return word !== undefined;
};

const track: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return judge.error('missing-value', cursor.last, "'track' needs a server", "write 'backend/server'");
  }
  judge.refer('server', word);
  return true;
};

const caFile: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return judge.error('missing-value', cursor.last, "'ca-file' needs a file", 'write it');
  }
  if (word.text === '@system-ca' && !judge.from('2.6')) {
    return judge.error(
      'too-new',
      word,
      `'@system-ca' exists from HAProxy 2.6 on, and this is for ${judge.branch}`,
      'write a file',
    );
  }
  return true;
};

const sni: Grammar = (judge, cursor) => begin(judge, cursor, 'expr');

/** `source ADDRESS [usesrc …] [interface NAME]`: the same on proxies and servers. */
export const judgeSource: Grammar = (judge, cursor) => {
  if (cursor.takes('usesrc')) {
    if (!/^client(ip)?$/.test(cursor.text)) {
      judge.unsure();
    }
    cursor.take();
  }
  return !cursor.takes('interface') || cursor.take() !== undefined;
};

/** An address with a range of ports, to take one of for each connection. */
const serverSource: Grammar = (judge, cursor) => {
  const word = cursor.take();
  return word === undefined
    ? judge.error('missing-value', cursor.last, "'source' needs an address", 'write it')
    : judgeAddress(judge, word, { port: 'range', resolves: 'at start' }) && judgeSource(judge, cursor);
};

/** What PROXY protocol 2 can carry, with the branch that has it. Source: `srv_parse_proxy_v2_options`. */
const PROXY_OPTIONS = lookup({
  ssl: '1.9',
  'cert-cn': '1.9',
  'ssl-cipher': '1.9',
  'cert-sig': '1.9',
  'cert-key': '1.9',
  authority: '1.9',
  crc32c: '1.9',
  'unique-id': '2.2',
});

const proxyOptions: Grammar = (judge, cursor) => {
  const word = cursor.take();
  const wrong = (word?.text ?? '').split(',').find((option) => {
    const since = PROXY_OPTIONS[option];
    return since === undefined || !judge.from(since);
  });
  return (
    (word !== undefined && wrong === undefined) ||
    judge.error(
      'bad-value',
      word ?? cursor.last,
      `'${wrong ?? ''}' is no option of PROXY protocol 2 on HAProxy ${judge.branch}`,
      "write 'crc32c', 'authority' or another, with commas",
    )
  );
};

const shards: Grammar = (judge, cursor) => {
  const word = cursor.take();
  const fine =
    word !== undefined &&
    (/^by-(thread|process)$/.test(word.text) ||
      /^[1-9]\d*$/.test(word.text) ||
      (word.text === 'by-group' && judge.from('2.8')));
  return (
    fine ||
    judge.error(
      'bad-value',
      word,
      `'${word?.text ?? ''}' is no number of shards`,
      "write a number, 'by-thread' or 'by-group' (2.8)",
    )
  );
};

/** Protocols of connections, with the branch that has them. Source: the `mux_proto_list` of each multiplexer. */
const PROTOCOLS = lookup<string>({
  h1: '2.4',
  h2: '1.9',
  fcgi: '2.1',
  none: '2.0',
  spop: '3.1',
  quic: '2.6',
  qmux: '3.4',
});

const proto: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined) {
    return judge.error('missing-value', cursor.last, `'${cursor.last?.text}' needs a protocol`, "write 'h1' or 'h2'");
  }
  const since = PROTOCOLS[word.text];
  if (since === undefined || !judge.from(since)) {
    const message = `'${word.text}' is no protocol of connections on HAProxy ${judge.branch}`;
    return judge.error('bad-value', word, message, "write 'h2', or 'h1' (2.4)");
  }
  // Whether it fits depends on the mode, which may stand below.
  const fits = judge.words[0]!.text === 'bind' ? 'h1|h2' : 'h1|h2|fcgi';
  const sure = modeOf(judge.proxy) === 'http' && fits.split('|').includes(word.text);
  return (sure && judge.from('2.0')) || judge.unsure();
};

/** 0 and what is no number are refused. */
const fits = (size: number): boolean => size !== 0 && Math.abs(size) <= 65_535;

/** A maximum, or with a minus sign what the kernel's is lowered by. */
const segment: Grammar = (judge, cursor) => {
  const word = cursor.take();
  return (
    fits(Number.parseInt(word?.text ?? '', 10) || 0) ||
    judge.error(
      'bad-value',
      word ?? cursor.last,
      `'${word?.text ?? ''}' is no size of a segment`,
      'write 1 to 65535, or -65535 to -1',
    )
  );
};

const octal: Grammar = (judge, cursor) => {
  const word = cursor.take();
  return (
    /^[0-7]+$/.test(word?.text ?? '') ||
    judge.error('bad-value', word ?? cursor.last, `'${word?.text ?? ''}' is no octal number`, "write one such as '600'")
  );
};

/** A set of processes, and of threads behind a slash, where there is only one process. */
export const ONE_PROCESS = /^(all|odd|even|1|1-1)(\/.*)?$/;

/** Sets of threads or processes; which there are depends on the rest of the file and on the machine. */
const threads: Grammar = (judge, cursor) => {
  const word = cursor.take();
  if (word === undefined && !judge.from('2.8')) {
    return judge.error(
      'missing-value',
      cursor.last,
      `'${cursor.last?.text}' needs a set`,
      "write 'all', a number or a range",
    );
  }
  if (cursor.words[cursor.at - 2]?.text === 'process' && judge.from('2.5') && !ONE_PROCESS.test(word?.text ?? '')) {
    return judge.error(
      'bad-value',
      word,
      `'${word?.text}': there is only one process from HAProxy 2.5 on`,
      'take it out',
    );
  }
  const fine = /^(all|odd|even|\d+(-\d*)?)?(\/(all|odd|even|\d+(-\d*)?))?(,[\d/-]+)*$/.test(word?.text ?? '');
  if (!fine) {
    return judge.error(
      'bad-value',
      word,
      `'${word?.text}' is no set`,
      "write 'all', 'odd', 'even', a number or a range",
    );
  }
  return word === undefined || /^(1|all|1\/1|1\/all)$/.test(word.text) || judge.unsure();
};

/** A number other than 0; what is no number counts as 0. */
const nonzero: Grammar = (judge, cursor) => {
  const word = cursor.take();
  return (
    (Number.parseInt(word?.text ?? '', 10) || 0) > 0 ||
    judge.error(
      'bad-value',
      word ?? cursor.last,
      `'${word?.text ?? ''}' is no number of 1 or more`,
      'write one, without 0x',
    )
  );
};

/** Names of accounts and files: whether they exist is not in the file. */
const account: Grammar = (judge, cursor) =>
  cursor.take() === undefined
    ? judge.error('missing-value', cursor.last, `'${cursor.last?.text}' needs a name`, 'write it')
    : judge.unsure();

/** The grammars of single words of server and bind lines, for the tables. */
export const WORD_GRAMMARS: Readonly<Record<string, Grammar>> = {
  'init-addr': initAddr,
  'resolve-opts': resolveOpts,
  networks,
  resolvers,
  healthcheck,
  'track-server': track,
  'ca-file': caFile,
  sni,
  'server-source': serverSource,
  'proxy-v2-options': proxyOptions,
  shards,
  'ignore-err': (judge, cursor) => /^(all|[\w,]+)$/.test(cursor.take()?.text ?? '') || judge.unsure(),
  proto,
  account,
  segment,
  octal,
  nonzero,
  process: threads,
  thread: threads,
};
