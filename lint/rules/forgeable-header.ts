import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Bind, Directive, Document, Section, Word } from '../model';
import { conditionOf } from '../syntax/condition';

/** Samples of the certificate of a client. */
const OF_CLIENT = /\bssl_c_\w|\bssl_fc_has_crt\b/;
/** Actions after which no request goes on. */
const ENDING = /^(deny|reject|return|tarpit|redirect|silent-drop)$/;

export const forgeableHeader: Rule = {
  id: 'forgeable-header',
  severity: 'warning',
  why: 'Servers trust a header with the data of a client certificate. Where its rule does not hold for a request, or adds to what is there, the header that the client itself sent passes.',
  help: "add 'http-request del-header NAME' above this line",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4.2-http-request%20del-header',
  find,
};

/** A rule that writes a header from a client certificate. */
interface Writing {
  readonly directive: Directive;
  readonly name: Word;
  readonly adds: boolean;
}

function find({ sections }: Document, _: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  const proxies = sections.filter(({ mode }) => mode === 'http');
  const all = proxies.flatMap(({ directives }) => directives);
  // A frontend may remove it for its backends.
  const removed = all.filter(
    ({ words }) => words[1]?.text === 'del-header' && conditionOf(textsOf(words)) === undefined,
  );
  const patterns = all.some(({ keyword }) => /^reqi?(del|rep|deny)$/.test(keyword));
  for (const section of patterns ? [] : proxies.filter(takesOthers)) {
    const writings = section.directives.flatMap(writingOf);
    for (const { directive, name, adds } of writings) {
      const { line, words } = directive;
      const condition = conditionOf(textsOf(words));
      if (removed.some((rule) => removes(rule, name.text)) || isGuarded(section, directive, name.text)) {
        continue;
      }
      if (adds) {
        const message = `'${name.text}' of a client's request stays beside the one that this line adds`;
        hits.push({ line, word: name, message, help: helpOf(name) });
      } else if (condition !== undefined && !isCovered(section, directive, name.text)) {
        const message = `where the condition does not hold, '${name.text}' of a client's request passes`;
        hits.push({ line, word: name, message, help: helpOf(name) });
      }
    }
  }
  return hits;
}

const textsOf = (words: readonly Word[]): string[] => words.map(({ text }) => text);
const helpOf = (name: Word): string => `add 'http-request del-header ${name.text}' above this line`;

/** Whether a client without a certificate gets here. */
function takesOthers({ binds }: Section): boolean {
  const requires = ({ options }: Bind) => options.has('ssl') && options.value('verify') === 'required';
  return binds.length === 0 || !binds.every(requires);
}

function writingOf(directive: Directive): Writing | [] {
  const { keyword, words } = directive;
  const [, action, name, value] = words;
  const writes = action?.text === 'set-header' || action?.text === 'add-header';
  if (keyword !== 'http-request' || !writes || name === undefined || !OF_CLIENT.test(value?.text ?? '')) {
    return [];
  }
  return name.unresolvedVariable ? [] : { directive, name, adds: action.text === 'add-header' };
}

/** Whether a rule removes a header by its name. What a pattern matches is not judged: it counts as removed. */
function removes({ keyword, words }: Directive, header: string): boolean {
  const [, , name, match] = words;
  return (
    keyword === 'http-request' &&
    (match?.text === '-m' || name?.unresolvedVariable === true || name?.text.toLowerCase() === header.toLowerCase())
  );
}

/** Whether a rule above ends requests that have the header, or have no certificate. */
function isGuarded({ directives }: Section, { line }: Directive, header: string): boolean {
  const isAbout = (texts: readonly string[]) =>
    texts.some((text) => /\bssl_/.test(text) || text.toLowerCase().includes(`(${header.toLowerCase()}`));
  return directives.some((rule) => {
    const texts = textsOf(rule.words);
    const names = texts.map((text) => text.replace(/^!+/, ''));
    const acls = directives.filter(({ keyword, words }) => keyword === 'acl' && names.includes(words[1]?.text ?? ''));
    const ends = /^(http|tcp)-request$/.test(rule.keyword) && texts.some((text) => ENDING.test(text));
    return ends && rule.line < line && [texts, ...acls.map(({ words }) => textsOf(words))].some(isAbout);
  });
}

/** Whether another rule of the section writes the header, always or where this condition does not hold. */
function isCovered(section: Section, directive: Directive, header: string): boolean {
  const [condition] = conditionTextsOf(directive);
  return section.directives.some((other) => {
    const [, action, name] = textsOf(other.words);
    if (other === directive || action !== 'set-header' || name?.toLowerCase() !== header.toLowerCase()) {
      return false;
    }
    const [otherCondition, opposite] = conditionTextsOf(other);
    return otherCondition === undefined ? other.line < directive.line : opposite === condition;
  });
}

/** The condition of a line, and its opposite, as texts that can be compared. */
function conditionTextsOf({ words }: Directive): [condition: string, opposite: string] | [undefined, undefined] {
  const texts = textsOf(words);
  const condition = conditionOf(texts);
  if (condition === undefined) {
    return [undefined, undefined];
  }
  const { unless, alternatives } = condition;
  const [[only, ...more] = [], ...others] = alternatives;
  // `if !x` is `unless x`.
  const single = only !== undefined && more.length === 0 && others.length === 0;
  const negative = single ? unless !== only.negated : unless;
  const text = single ? only.words.join(' ') : JSON.stringify(alternatives);
  return [`${negative} ${text}`, `${!negative} ${text}`];
}
