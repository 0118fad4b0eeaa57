/** A term of a condition: a named ACL, or the words between braces. */
export interface Term {
  readonly negated: boolean;
  /** `ok`, or the words of `{ var(txn.ip) -m found }`. */
  readonly words: readonly string[];
}

/** `if …` or `unless …` at the end of a line. */
interface Condition {
  readonly unless: boolean;
  /** The terms of each alternative: one alternative with all of its terms is enough. */
  readonly alternatives: readonly (readonly Term[])[];
}

const OR = /^(or|\|\|)$/i;

/** The condition of a line; undefined without one. */
export function conditionOf(texts: readonly string[]): Condition | undefined {
  const at = texts.findIndex((text) => text === 'if' || text === 'unless');
  if (at < 0) {
    return undefined;
  }
  const alternatives: Term[][] = [[]];
  let negated = false;
  for (let i = at + 1; i < texts.length; i += 1) {
    const name = texts[i]!.replace(/^!+/, '');
    negated = negated !== ((texts[i]!.length - name.length) % 2 === 1);
    if (OR.test(name)) {
      alternatives.push([]);
    } else if (name === '{') {
      const close = texts.indexOf('}', i);
      const end = close < 0 ? texts.length : close;
      alternatives.at(-1)!.push({ negated, words: texts.slice(i + 1, end) });
      i = end;
      negated = false;
    } else if (name !== '') {
      alternatives.at(-1)!.push({ negated, words: [name] });
      negated = false;
    }
  }
  return { unless: texts[at] === 'unless', alternatives: alternatives.filter((terms) => terms.length > 0) };
}
