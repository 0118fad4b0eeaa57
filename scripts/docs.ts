/** Writes the pages of docs/ that are made from tables. */
import { writeFileSync } from 'node:fs';
import { versionsPage } from './versions-page';

writeFileSync('docs/haproxy-versions.md', versionsPage());
