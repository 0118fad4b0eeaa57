import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Directive, Document, Section } from '../model';

export const unreachedBackend: Rule = {
  id: 'unreached-backend',
  severity: 'warning',
  why: "HAProxy takes the first 'use_backend' whose condition holds. A line below one without a condition, or with the same one, never gets a request.",
  help: 'move the line above, or remove it',
  link: 'https://docs.haproxy.org/3.2/configuration.html#4.2-use_backend',
  find,
};

/** Samples that differ from one evaluation to the next. */
const CHANGING = /\b(rand|uuid|date_us|bernoulli)\b|_inc_gpc|-inc-gpc/;

function find({ sections }: Document, _: HaproxyVersion): Hit[] {
  return sections.filter(({ mode }) => mode !== undefined).flatMap(findIn);
}

function findIn(section: Section): Hit[] {
  const hits: Hit[] = [];
  const earlier = new Map<string, Directive>();
  let always: Directive | undefined;
  for (const directive of section.directives.filter(({ keyword }) => keyword === 'use_backend')) {
    const { line, words } = directive;
    const condition = conditionOf(section, directive);
    const taken = always ?? (condition === undefined ? undefined : earlier.get(condition));
    if (taken !== undefined) {
      const because = taken === always ? 'has no condition' : 'has the same condition';
      const message = `no request gets here: 'use_backend ${taken.words[1]?.text ?? ''}' above ${because}`;
      hits.push({ line, word: words[0]!, message });
    } else if (condition === '') {
      always = directive;
    } else if (condition !== undefined) {
      earlier.set(condition, directive);
    }
  }
  return hits;
}

/** The condition as it is written, empty without one; undefined where two evaluations may differ, or a variable decides. */
function conditionOf(section: Section, { words }: Directive): string | undefined {
  if (words.length < 2 || words.some(({ unresolvedVariable }) => unresolvedVariable)) {
    return undefined;
  }
  const condition = words.slice(2).map(({ text }) => text);
  const acls = section.directives.filter(({ keyword, words: [, name] }) => keyword === 'acl' && isIn(condition, name));
  const used = [...condition, ...acls.flatMap((acl) => acl.words.map(({ text }) => text))];
  return used.some((text) => CHANGING.test(text)) ? undefined : JSON.stringify(condition).replace(/^\[\]$/, '');
}

const isIn = (condition: readonly string[], name?: { readonly text: string }): boolean =>
  condition.some((text) => text.replace(/^!+/, '') === name?.text);
