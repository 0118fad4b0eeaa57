import { costPage } from './cost-page';
import { findingsPage } from './findings-page';
import { lintPage } from './lint-page';
import { readme } from './readme';
import { troubleshootingPage } from './troubleshooting-page';
import { VERDICT_INDEX, verdictIndex } from './verdict-index';
import { versionsPage } from './versions-page';

/** The generated files by path: `npm run docs` writes them. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'README.md': readme,
  'docs/cost.md': costPage,
  'docs/findings.md': findingsPage,
  'docs/haproxy-versions.md': versionsPage,
  'docs/lint.md': lintPage,
  'docs/troubleshooting.md': troubleshootingPage,
  [VERDICT_INDEX]: verdictIndex,
};
