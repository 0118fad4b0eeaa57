import type { Rule } from '../finding';
import { aboutVersion } from './lookups';

export const faultyRelease: Rule = {
  id: 'faulty-release',
  severity: 'warning',
  why: 'This release has a known fault in following DNS.',
  help: 'run a later release of the branch',
  link: 'https://www.haproxy.org/bugs/',
  find: (_, version) => aboutVersion('faulty-release', version),
};
