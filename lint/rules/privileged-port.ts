import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';

/** The official images run as user `haproxy` from this branch on. */
const NON_ROOT_SINCE = '2.4';

export const privilegedPort: Rule = {
  id: 'privileged-port',
  severity: 'warning',
  why: 'From 2.4 on the official images do not run as root. On most container platforms such a process cannot listen on a port below 1024, and does not start.',
  help: 'listen on port 1024 or above, and let the load balancer or the port mapping translate',
  link: 'https://github.com/docker-library/haproxy/issues/160',
  find,
};

function find({ sections }: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  if (!version.isAtLeast(NON_ROOT_SINCE)) {
    return hits;
  }
  const binds = sections.filter(({ kind }) => kind !== 'global').flatMap((section) => section.binds);
  for (const { line, word, addresses } of binds) {
    const ports = addresses.map(({ port }) => Number.parseInt(port ?? '', 10));
    const port = ports.find((candidate) => candidate > 0 && candidate < 1024);
    if (port !== undefined) {
      const message = `port ${port} is below 1024, and the official image of ${version.branch} does not run as root`;
      hits.push({ line, word, message });
    }
  }
  return hits;
}
