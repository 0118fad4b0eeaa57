import type { Comparison } from './handler';
import type { Section } from './section';
import { number, table } from './text';

/** What functions, synthesis and the linter take. */
interface Takes {
  readonly figures: readonly Comparison[];
  /** The power of the length, or of the number of endpoints, with which the time grows. */
  readonly exponents: { readonly lint: number; readonly fleet: number };
}

/** The section of the page. */
export function functionsSection({ figures, exponents }: Takes): Section {
  const text = `## What do the functions, synthesis and the linter take?

${table(
  ['what', 'ours', 'compared with', 'ratio'],
  figures.map(({ name, ours, other, unit }) => [
    name,
    `${number(ours, 1)} ${unit}`,
    `${number(other, 1)} ${unit}`,
    number(ours / other, 2),
  ]),
)}

Linting 1,000 to 100,000 lines: the time grows with the power ${number(exponents.lint, 2)} of the length; a run over 10 to 10,000
endpoints: with the power ${number(exponents.fleet, 2)} of their number.`;
  return { headlines: [], text, pictures: {} };
}
