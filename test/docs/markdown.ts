import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** Every page, written or generated, except API.md, which a tool generates from the docstrings. */
export const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md') && file !== 'API.md'),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
  'examples/README.md',
];

/** Reads a page. */
export const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** A fenced block of a page. */
export interface Block {
  /** `PAGE:LINE` of its first line. */
  readonly place: string;
  readonly language: string;
  /** What follows the language on the line of the fence. */
  readonly note: string;
  readonly text: string;
}

/** Every fenced block of every page. */
export const BLOCKS: readonly Block[] = PAGES.flatMap((page) => {
  const text = textOf(page);
  return [...text.matchAll(/^```(\S*) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language, note, block], i, all) => ({
    place: `${page}:${text.slice(0, all[i]!.index).split('\n').length + 1}`,
    language: language!,
    note: note!,
    text: block!,
  }));
});

/** The pieces of code within the sentences and tables of a page, with their place. */
export function codeOf(page: string): { place: string; text: string }[] {
  const lines = textOf(page).replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''));
  return lines
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, text]) => ({ place: `${page}:${i + 1}`, text: text! })),
    );
}
