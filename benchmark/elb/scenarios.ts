import type { Balancer } from '../../testbed/balancer';

/** How long a node that is no longer in DNS goes on serving, s: a minute, divided by five like all periods. */
const DRAIN = 12;

/** Something that happens to a load balancer. Times are seconds after the start of the load. */
export interface Scenario {
  readonly name: string;
  readonly seconds: number;
  /** Whether nodes die without notice, so that requests which are under way then cannot be saved. */
  readonly sudden: boolean;
  /** Sets the load balancer up, and gives what happens when. */
  prepare(balancer: Balancer): Promise<Story>;
}

/** What happens, and which addresses are new in it. */
export interface Story {
  readonly steps: readonly Step[];
  /** New addresses with the time at which DNS has them. Nothing where none comes. */
  readonly arrivals: Readonly<Record<string, number>>;
}

interface Step {
  readonly at: number;
  do(): void | Promise<void>;
}

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'replaced node by node',
    seconds: 30,
    sudden: false,
    prepare: async (balancer) => {
      const [a, b, c, d, e, f] = (await balancer.add(6)) as [string, string, string, string, string, string];
      balancer.point([a, b, c]);
      return {
        steps: [
          { at: 3, do: () => balancer.point([b, c, d]) },
          { at: 8, do: () => balancer.point([c, d, e]) },
          { at: 13, do: () => balancer.point([d, e, f]) },
          { at: 3 + DRAIN, do: () => balancer.retire(a) },
          { at: 8 + DRAIN, do: () => balancer.retire(b) },
          { at: 13 + DRAIN, do: () => balancer.retire(c) },
        ],
        arrivals: { [d]: 3, [e]: 8, [f]: 13 },
      };
    },
  },
  {
    name: 'scales 2 → 12 → 3',
    seconds: 34,
    sudden: false,
    prepare: async (balancer) => {
      const nodes = await balancer.add(12);
      balancer.point(nodes.slice(0, 2));
      const [left, gone] = [nodes.slice(9), nodes.slice(0, 9)];
      return {
        steps: [
          { at: 3, do: () => balancer.point(nodes) },
          { at: 17, do: () => balancer.point(left) },
          { at: 17 + DRAIN, do: async () => void (await Promise.all(gone.map((node) => balancer.retire(node)))) },
        ],
        arrivals: Object.fromEntries(nodes.slice(2).map((node) => [node, 3])),
      };
    },
  },
  {
    name: 'loses a node without notice',
    seconds: 20,
    sudden: true,
    prepare: async (balancer) => {
      const nodes = await balancer.add(3);
      balancer.point(nodes);
      return {
        steps: [
          { at: 5, do: () => balancer.kill(nodes[0]!) },
          { at: 5 + DRAIN, do: () => balancer.point(nodes.slice(1)) },
        ],
        arrivals: {},
      };
    },
  },
  {
    name: 'loses a zone',
    seconds: 20,
    sudden: true,
    prepare: async (balancer) => {
      const [zone, other] = [await balancer.add(2, true), await balancer.add(2)];
      balancer.point([...zone, ...other]);
      return {
        steps: [
          { at: 5, do: () => balancer.freeze() },
          { at: 5 + DRAIN, do: () => balancer.point(other) },
        ],
        arrivals: {},
      };
    },
  },
];
