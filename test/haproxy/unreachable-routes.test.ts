import * as fc from 'fast-check';
import { takesAllOf } from '../../lib/haproxy/model/check-upstream';

const HOSTS = ['a.test', 'b.test'];
const PATHS = ['/', '/a', '/a/b', '/b'];

const routes = fc.record(
  { host: fc.constantFrom(...HOSTS), pathPrefix: fc.constantFrom(...PATHS), sni: fc.constantFrom(...HOSTS) },
  { requiredKeys: [] },
);
type Route = typeof routes extends fc.Arbitrary<infer T> ? T : never;

/** A request of each kind that the routes above can tell apart. */
const REQUESTS = [...HOSTS, 'c.test'].flatMap((host) =>
  [...HOSTS, 'c.test'].flatMap((sni) => [...PATHS, '/c', '/a/c'].map((path) => ({ host, sni, path }))),
);

const takes = ({ host, pathPrefix = '', sni }: Route, request: (typeof REQUESTS)[number]) =>
  (host ?? request.host) === request.host &&
  (sni ?? request.sni) === request.sni &&
  request.path.startsWith(pathPrefix);

test('a route takes all of another one exactly if it takes each request that the other one would', () => {
  fc.assert(
    fc.property(routes, routes, (earlier, later) => {
      const taken = REQUESTS.filter((request) => takes(later, request)).every((request) => takes(earlier, request));
      expect(takesAllOf(earlier, later)).toBe(taken);
    }),
  );
});
