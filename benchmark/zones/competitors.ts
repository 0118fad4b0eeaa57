import { HaproxyLocality } from '../../lib/haproxy/model/options';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { TOOLS } from '../../testbed/binaries/tools';
import { ELB_NAME } from '../../testbed/load-balancer';
import {
  available,
  type Competitor,
  type Competitors,
  ENVOY_CHECK,
  envoy,
  generated,
  nginx,
  nginxResolve,
} from '../elb/competitors';
import { OTHER_NAMES, OWN_NAME, OWN_NETWORK } from './world';

const ZONE = { locality: HaproxyLocality.ZONE };
/** What leaves within a period needs at most as many slots as an answer shows addresses. */
const AT_ONCE = { name: 'zone, 8 slots, holdObsolete 0', upstream: { ...ZONE, slots: 8 }, holdObsoleteMillis: 0 };

/** Some slots that prefer the own zone, and the others as backup. */
const resolveNet = (slots: number) => (text: string) =>
  text.replace(
    /^( +)server-template elb \d+ (.*)$/m,
    `$1option allbackups\n$1server-template local ${slots} $2 resolve-net ${OWN_NETWORK}\n$1server-template remote 16 $2 backup`,
  );

/**
 * The proxies that prefer a zone of a load balancer with so many nodes in each of three zones: HAProxy with `locality`, and
 * with the words that look like it; NGINX and Envoy with zonal names.
 */
export function zoneCompetitors(nodesEach: number, progress: (line: string) => void): Promise<Competitors> {
  return available(progress, (binaries) => {
    const preferring = binaries.filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights);
    const each = (variant: Parameters<typeof generated>[1]): Competitor[] =>
      preferring.map((binary) => generated(binary, variant));
    const newest = preferring.slice(-1);
    const others = newest.flatMap((binary) => [
      ...[nodesEach, 2 * nodesEach].map((slots) =>
        generated(binary, { name: `resolve-net, ${slots} slots`, ours: false, edit: resolveNet(slots) }),
      ),
      generated(binary, { name: 'all nodes alike', ours: false }),
    ]);
    return [
      ...each({ name: 'zone', upstream: ZONE }),
      ...(3 * nodesEach <= AT_ONCE.upstream.slots ? each(AT_ONCE) : []),
      ...others,
      nginx('NGINX 1.30, zonal name and backup', TOOLS.nginxResolve, nginxResolve([OWN_NAME], [ELB_NAME]), progress),
      // It takes no node in two priorities.
      envoy({
        name: 'zonal names and priorities',
        priorities: [[OWN_NAME], OTHER_NAMES],
        cluster: { health_checks: [{ ...ENVOY_CHECK, tcp_health_check: {} }] },
      }),
    ];
  });
}
