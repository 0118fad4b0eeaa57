/** Writes the pages of docs/ that are made from tables. */
import { writeFileSync } from 'node:fs';
import { PAGES } from './pages';

for (const [file, page] of Object.entries(PAGES)) {
  writeFileSync(file, page());
}
