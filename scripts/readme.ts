import { readFileSync } from 'node:fs';
import { verdictTable } from './troubleshooting-page';

const [BEGIN, END] = ['<!-- verdicts: npm run docs -->', '<!-- end of verdicts -->'];

/** The README with the table of verdicts from the definitions. */
export function readme(): string {
  const text = readFileSync('README.md', 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) {
    throw new Error(`README.md has no table of verdicts: put it between '${BEGIN}' and '${END}'`);
  }
  return `${text.slice(0, from)}${BEGIN}\n\n${verdictTable()}\n\n${text.slice(to)}`;
}
