import type { Section } from './section';

/** Where and when the benchmark ran. */
interface Run {
  readonly machine: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** What was not measured, and why. */
  readonly missing: readonly string[];
}

/** The lines that the README quotes. */
export const headlinesOf = (sections: readonly Section[]) => sections.flatMap(({ headlines }) => headlines);

/** The files that a run writes: name to text. */
export function filesOf(run: Run, sections: readonly Section[]): Record<string, string> {
  return Object.assign({ 'RESULTS.md': page(run, sections) }, ...sections.map(({ pictures }) => pictures));
}

function page({ machine, date, missing }: Run, sections: readonly Section[]): string {
  return `# Figures

Written by \`npm run benchmark\` on ${date}; not by hand. ${machine}.
${[...new Set(missing)].map((line) => `\nNot available on this machine: ${line}.`).join('')}

${headlinesOf(sections).join('\n')}

${sections.map(({ text }) => text).join('\n\n')}
`;
}
