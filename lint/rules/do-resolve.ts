import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Directive, Document } from '../model';

const LINK = 'https://docs.haproxy.org/3.2/configuration.html#4.4-do-resolve';

export const resolveGuard: Rule = {
  id: 'do-resolve-guard',
  severity: 'warning',
  why: "When the name does not resolve, 'set-dst' has no address to set: the request goes to the address that the client connected to, which is HAProxy's own.",
  help: "add 'http-request deny deny_status 503 unless { var(NAME) -m found }' above 'set-dst'",
  link: LINK,
  find: findUnguarded,
};

export const clientName: Rule = {
  id: 'client-chosen-name',
  severity: 'warning',
  why: 'A client that chooses the name chooses where HAProxy connects to, also inside of the VPC.',
  help: 'resolve a fixed name with str(NAME), or give the rule a condition with a list of names',
  link: LINK,
  find: findChosen,
};

/** A rule with `do-resolve`, and its variable. */
interface Resolving {
  readonly directive: Directive;
  readonly variable: string;
}

const RULES = /^(http-request|tcp-request)$/;

/** The rules that are not read, or end the request. */
const ENDING = /^(deny|reject|return|tarpit|redirect|silent-drop|use_backend|use-server)$/;

function resolving({ sections }: Document): Resolving[] {
  const found: Resolving[] = [];
  for (const directive of sections.flatMap(({ directives }) => directives)) {
    const word = directive.words.find(({ text }) => /^do-resolve\(/.test(text));
    const [, variable] = /^do-resolve\(\s*([^,\s]+)/.exec(word?.text ?? '') ?? [];
    if (RULES.test(directive.keyword) && variable !== undefined) {
      found.push({ directive, variable });
    }
  }
  return found;
}

const wordOf = ({ words }: Directive) => words.find(({ text }) => text.startsWith('do-resolve'))!;

function findUnguarded(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const directives = document.sections.flatMap((section) => section.directives);
  for (const { directive, variable } of resolving(document)) {
    const reads = (text: string) => text.includes(`var(${variable})`);
    const sets = directives.some(
      ({ words }) => words.some(({ text }) => text === 'set-dst') && words.some((w) => reads(w.text)),
    );
    const acls = directives.filter(({ keyword, words }) => keyword === 'acl' && words.some(({ text }) => reads(text)));
    const names = new Set(acls.map(({ words }) => words[1]?.text ?? ''));
    const guarded = directives.some(
      ({ words }) =>
        words.some(({ text }) => ENDING.test(text)) &&
        words.some(({ text }) => reads(text) || names.has(text.replace(/^!/, ''))),
    );
    if (sets && !guarded) {
      const message = `when the name does not resolve, the request goes to HAProxy itself: nothing ends a request without '${variable}'`;
      const http = directive.keyword === 'http-request';
      const rule = http ? 'http-request deny deny_status 503' : 'tcp-request content reject';
      const help = `add '${rule} unless { var(${variable}) -m found }' below this line`;
      hits.push({ line: directive.line, word: wordOf(directive), message, help });
    }
  }
  return hits;
}

/** Samples that a client decides. */
const CHOSEN =
  /^(req\.)?(hdr|fhdr|cook|body_param|ssl_sni|payload)\b|^(path|pathq|base|baseq|url|urlp|url_param|query|ssl_fc_sni|capture\.req)/;

function findChosen(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const { directive } of resolving(document)) {
    const { words, line } = directive;
    const at = words.indexOf(wordOf(directive));
    const sample = words[at + 1];
    const condition = words.some(({ text }) => text === 'if' || text === 'unless');
    if (sample !== undefined && !condition && CHOSEN.test(sample.text)) {
      const message = `the client chooses the name: '${sample.text}' comes from its request`;
      hits.push({ line, word: sample, message });
    }
  }
  return hits;
}
