import type { Rule } from '../finding';
import { aboutVersion } from './lookups';

export const endOfLife: Rule = {
  id: 'end-of-life',
  severity: 'warning',
  why: 'A branch at its end of life gets no security fixes.',
  help: 'run a branch with long-term support',
  link: 'https://www.haproxy.org/',
  find: (_, version) => aboutVersion('end-of-life', version),
};
