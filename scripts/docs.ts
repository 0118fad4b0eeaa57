/** Writes the generated files: pages of docs/, the README's table of verdicts, the index of verdicts. */
import { writeFileSync } from 'node:fs';
import type * as pages from './pages';
import { VERDICT_INDEX, verdictIndex } from './verdict-index';

// The pages read the definitions through the index: it must have a new verdict before they are loaded.
writeFileSync(VERDICT_INDEX, verdictIndex());
const { PAGES }: typeof pages = require('./pages');
for (const [file, page] of Object.entries(PAGES)) {
  writeFileSync(file, page());
}
