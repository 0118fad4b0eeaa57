import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Directive, Document, Section, Word } from '../model';
import { conditionOf, type Term } from '../syntax/condition';

const LINK = 'https://docs.haproxy.org/3.2/configuration.html#4.4-do-resolve';

export const resolveGuard: Rule = {
  id: 'do-resolve-guard',
  severity: 'warning',
  why: "When the name does not resolve, 'set-dst' has no address to set: the request goes to the address that the client connected to, which is HAProxy's own.",
  help: "add 'http-request deny deny_status 503 unless { var(NAME) -m found }' below the rule with 'do-resolve'",
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

/** A rule with `do-resolve`, its section, its variable and its family. */
interface Resolving {
  readonly section: Section;
  readonly directive: Directive;
  readonly variable: string;
  /** @default - HAProxy chooses */
  readonly family?: string;
}

/** The rules that can have the action, in the order in which a section runs them. */
const RULES = ['tcp-request', 'http-request'];

/** The actions that end a request. */
const ENDING = /^(deny|reject|return|tarpit|redirect|silent-drop)$/;
/** The lines that choose where a request goes. */
const CHOOSING = /^(use_backend|use-server)$/;

/** All rules with `do-resolve`. */
export function resolving({ sections }: Document): Resolving[] {
  const found: Resolving[] = [];
  for (const section of sections) {
    for (const directive of section.directives) {
      const word = directive.words.find(({ text }) => /^do-resolve\(/.test(text));
      const [, variable, family] = /^do-resolve\(\s*([^,\s]+)(?:,[^,]*,\s*(ipv[46]))?/.exec(word?.text ?? '') ?? [];
      if (RULES.includes(directive.keyword) && variable !== undefined) {
        found.push({ section, directive, variable, family });
      }
    }
  }
  return found;
}

/** The name that a rule resolves, where it is written in the rule, and its word. */
export function fixedNameOf({ directive }: Resolving): { word: Word; host: string } | undefined {
  const word = directive.words.find(({ text }) => text.startsWith('str('));
  const [, host] = /^str\(\s*([^,)\s]+)/.exec(word?.text ?? '') ?? [];
  return host === undefined ? undefined : { word: word!, host };
}

/** Whether a request goes to the address that a rule found. */
export const setsDestination = (document: Document, resolves: Resolving): boolean =>
  reachedFrom(document, resolves).some(({ directives }) =>
    directives.some((line) => setsFrom(line, resolves.variable)),
  );

const wordOf = ({ words }: Directive) => words.find(({ text }) => text.startsWith('do-resolve'))!;

/** The sections in which a request can end that a section takes: its own servers, and those of the backends it names. */
function reachedFrom({ sections }: Document, { section }: Resolving): Section[] {
  const lines = section.directives.filter(({ keyword }) => /^(default_backend|use_backend)$/.test(keyword));
  const names = lines.map(({ words }) => words[1]?.text ?? '');
  const any = names.some((name) => name.includes('%'));
  return sections.filter(
    (other) => other === section || (/^(backend|listen)$/.test(other.kind) && (any || names.includes(other.name))),
  );
}

/** A server without an address of its own: `set-dst` decides, else where the client connected to. */
const isOpen = ({ servers }: Section): boolean =>
  servers.some(({ address: { host } }) => host !== undefined && /^(|\*|0\.0\.0\.0|::)$/.test(host));

/** Running processes of 2.2 to 3.4 send to themselves. */
function findUnguarded(document: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const resolves of resolving(document)) {
    const { section, directive, variable } = resolves;
    const guarded = (one: Section) => one.directives.some((line) => guards(line, one, resolves));
    const reached = guarded(section) ? [] : reachedFrom(document, resolves);
    const sets = reached.some(({ directives }) => directives.some((line) => setsFrom(line, variable)));
    if (!sets || !reached.some((one) => isOpen(one) && !guarded(one))) {
      continue;
    }
    const message = `when the name does not resolve, the request goes to HAProxy itself: nothing ends a request without '${variable}'`;
    const http = directive.keyword === 'http-request';
    const rule = http ? 'http-request deny deny_status 503' : 'tcp-request content reject';
    const help = `add '${rule} unless { var(${variable}) -m found }' below this line`;
    hits.push({ line: directive.line, word: wordOf(directive), message, help });
  }
  return hits;
}

const reads = (text: string, variable: string): boolean => text.includes(`var(${variable})`);

const setsFrom = ({ words }: Directive, variable: string): boolean =>
  words.some(({ text }) => text === 'set-dst') && words.some(({ text }) => reads(text, variable));

/** Whether a line ends, or sends elsewhere, every request whose variable was not found. */
function guards(line: Directive, section: Section, { section: from, directive, variable }: Resolving): boolean {
  const texts = line.words.map(({ text }) => text);
  const chooses = CHOOSING.test(line.keyword);
  if (!chooses && !texts.some((text) => ENDING.test(text))) {
    return false;
  }
  if (!chooses && section === from && !runsAfter(line, directive)) {
    return false;
  }
  const condition = conditionOf(texts);
  if (condition === undefined) {
    return !chooses;
  }
  const found = (term: Term, negated: boolean) => term.negated === negated && isAbout(term, section, variable);
  const { unless, alternatives } = condition;
  if (
    line.keyword === 'use_backend' &&
    !unless &&
    alternatives.every((terms) => terms.some((term) => found(term, false)))
  ) {
    // Only requests with an address come to that backend.
    return true;
  }
  return unless
    ? alternatives.every((terms) => terms.some((term) => found(term, false)))
    : alternatives.some((terms) => terms.every((term) => found(term, true)));
}

/** Whether HAProxy runs a rule after another one of the same section. */
function runsAfter(rule: Directive, other: Directive): boolean {
  const [order, before] = [RULES.indexOf(rule.keyword), RULES.indexOf(other.keyword)];
  return order === before ? rule.line > other.line : order > before || order < 0;
}

/** Whether a term is true only where the variable has a value: it reads it, or names an ACL that does. */
function isAbout({ words }: Term, { directives }: Section, variable: string): boolean {
  if (words.some((text) => reads(text, variable))) {
    return true;
  }
  const acls = directives.filter((line) => line.keyword === 'acl' && line.words[1]?.text === words[0]);
  return (
    words.length === 1 && acls.length > 0 && acls.every((acl) => acl.words.some(({ text }) => reads(text, variable)))
  );
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
