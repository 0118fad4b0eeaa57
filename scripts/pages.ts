import { costPage } from './cost-page';
import { lintPage } from './lint-page';
import { troubleshootingPage } from './troubleshooting-page';
import { versionsPage } from './versions-page';

/** The pages that are made from tables, by their place: `npm run docs` writes them. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/cost.md': costPage,
  'docs/haproxy-versions.md': versionsPage,
  'docs/lint.md': lintPage,
  'docs/troubleshooting.md': troubleshootingPage,
};
