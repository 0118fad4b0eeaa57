import type { Rule } from '../finding';
import { aboutVersion } from './lookups';

export const unknownBranch: Rule = {
  id: 'unknown-branch',
  severity: 'warning',
  why: 'The branch is newer than this linter: words that it removed or added since are not known.',
  help: 'use a later version of cdk-haproxy-elb',
  link: 'https://www.haproxy.org/',
  find: (_, version) => aboutVersion('unknown-branch', version),
};
