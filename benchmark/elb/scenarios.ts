import type { LoadBalancer } from '../../testbed/load-balancer';
import { NodeProcess } from '../../testbed/node-process';

/** How long a node serves after it has left DNS, s: a minute is assumed, divided by five like all periods. */
const DRAIN = 12;

/** Changes of a load balancer. Times are seconds after the start of the load. */
export interface Scenario {
  readonly name: string;
  readonly seconds: number;
  /** Whether nodes fail without notice, so that requests in progress cannot be saved. */
  readonly sudden: boolean;
  /** Sets the load balancer up, and returns its changes. */
  prepare(loadBalancer: LoadBalancer): Promise<Course>;
}

/** The changes, and the new addresses. */
export interface Course {
  readonly steps: readonly Step[];
  /** The time at which DNS has each new address. Empty where none is new. */
  readonly arrivals: Readonly<Record<string, number>>;
  /** Ends what was started for this course alone. @default - nothing */
  close?(): Promise<void>;
}

interface Step {
  readonly at: number;
  do(): void | Promise<void>;
}

/** The texts of so many nodes. */
const nodes = (count: number) => Array<string>(count).fill('ok');

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'replaced node by node',
    seconds: 30,
    sudden: false,
    prepare: async (loadBalancer) => {
      const [a, b, c, d, e, f] = (await loadBalancer.add(nodes(6))) as [string, string, string, string, string, string];
      loadBalancer.dns.point(a, b, c);
      return {
        steps: [
          { at: 3, do: () => loadBalancer.dns.point(b, c, d) },
          { at: 8, do: () => loadBalancer.dns.point(c, d, e) },
          { at: 13, do: () => loadBalancer.dns.point(d, e, f) },
          { at: 3 + DRAIN, do: () => loadBalancer.nodes.retire(a) },
          { at: 8 + DRAIN, do: () => loadBalancer.nodes.retire(b) },
          { at: 13 + DRAIN, do: () => loadBalancer.nodes.retire(c) },
        ],
        arrivals: { [d]: 3, [e]: 8, [f]: 13 },
      };
    },
  },
  {
    name: 'scales 2 → 12 → 3',
    seconds: 34,
    sudden: false,
    prepare: async (loadBalancer) => {
      const all = await loadBalancer.add(nodes(12));
      loadBalancer.dns.point(...all.slice(0, 2));
      const [remaining, removed] = [all.slice(9), all.slice(0, 9)];
      return {
        steps: [
          { at: 3, do: () => loadBalancer.dns.point(...all) },
          { at: 17, do: () => loadBalancer.dns.point(...remaining) },
          {
            at: 17 + DRAIN,
            do: async () => void (await Promise.all(removed.map((node) => loadBalancer.nodes.retire(node)))),
          },
        ],
        arrivals: Object.fromEntries(all.slice(2).map((node) => [node, 3])),
      };
    },
  },
  {
    name: 'loses a node without notice',
    seconds: 20,
    sudden: true,
    prepare: async (loadBalancer) => {
      const all = await loadBalancer.add(nodes(3));
      loadBalancer.dns.point(...all);
      return {
        steps: [
          { at: 5, do: () => loadBalancer.nodes.kill(all[0]!) },
          { at: 5 + DRAIN, do: () => loadBalancer.dns.point(...all.slice(1)) },
        ],
        arrivals: {},
      };
    },
  },
  {
    name: 'loses a zone',
    seconds: 20,
    sudden: true,
    prepare: async (loadBalancer) => {
      const failing = new NodeProcess();
      const zone = await loadBalancer.add(nodes(2), failing);
      const other = await loadBalancer.add(nodes(2));
      loadBalancer.dns.point(...zone, ...other);
      return {
        steps: [
          { at: 5, do: () => failing.freeze() },
          { at: 5 + DRAIN, do: () => loadBalancer.dns.point(...other) },
        ],
        arrivals: {},
        close: () => failing.close(),
      };
    },
  },
];
