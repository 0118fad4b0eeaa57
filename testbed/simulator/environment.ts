import type { NameAnswer } from '../../lib/contract/probe';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { UPSTREAM_BACKEND } from '../../lib/haproxy/model/check-upstream';
import { History, includes, type Span } from './history';
import { type DecidedOptions, OWN_VIEW_SINCE, type SimulationOptions, withBranch } from './options';
import { Random } from './random';
import { type DnsClient, FULL_ANSWER, Resolvers } from './resolvers';
import { Service } from './tasks';

/** The load balancer's name. */
export const DNS_NAME = 'elb.test';
/** What the construct adds to a period and `hold obsolete` for the time to live of an ELB's records, seconds. */
const ELB_TTL = 60;
/** `hold nx` of the generated configuration: the shortest one, seconds. */
const HOLD_NX = 30;
const FAILING = { from: 300, to: 900 };
const OUTAGE_PARTS = 3;

/** One proxy and everything around it. All of it follows from the options. */
export class Environment {
  public readonly history: History;
  /** When DNS does not answer the tasks. */
  public readonly failures: readonly Span[];
  /** When the interfaces of the load balancer cannot be read. */
  public readonly outages: readonly Span[];
  public readonly service: Service;
  public readonly record: RegistryRecord;
  public readonly ownView: boolean;
  readonly #checker: DnsClient;

  public readonly options: DecidedOptions;

  public constructor(given: SimulationOptions) {
    const options = withBranch(given);
    this.options = options;
    const { hours, seed, failing, outage, branch, period, holdObsolete, identity } = options;
    const random = new Random(seed, 'world');
    const end = hours * 3600;
    this.history = new History(options);
    this.failures = Array.from({ length: failing }, () => {
      const from = random.between(0.05, 0.9) * end;
      return { from, to: from + random.between(FAILING.from, FAILING.to) };
    });
    this.outages = Array.from({ length: outage > 0 ? OUTAGE_PARTS : 0 }, () => {
      const from = random.between(0, 1) * end;
      return { from, to: from + (outage * 3600) / OUTAGE_PARTS };
    });
    const resolvers = new Resolvers(this.history, options, this.failures);
    this.service = new Service(options, this.history, resolvers);
    this.#checker = resolvers.client('checker');
    this.ownView = options.ownView === undefined ? Number(branch) >= Number(OWN_VIEW_SINCE) : options.ownView === 'yes';
    this.record = {
      proxy: 'simulated',
      haproxyVersion: branch,
      upstreams: [{ backend: UPSTREAM_BACKEND, dnsName: DNS_NAME, port: 80, ...(identity !== 'none' && { identity }) }],
      tasks: { cluster: 'simulated', service: 'simulated', runtimeApiPort: 9990 },
      probe: 'arn:aws:lambda:eu-west-1:123456789012:function:probe',
      ...(this.ownView && { viewPort: 8404 }),
      resolutionSeconds: period,
      dnsWindowSeconds: ELB_TTL + period + holdObsolete,
      holdSeconds: HOLD_NX,
      graceChecks: 2,
    };
  }

  public isPausedAt(at: number): boolean {
    return this.service.pauses.some((span) => includes(span, at));
  }

  public isDeployingAt(at: number): boolean {
    return this.service.deployments.some((span) => includes(span, at));
  }

  /** What the checker's own DNS says. */
  public dnsAt(at: number): NameAnswer {
    const { completeness } = this.options;
    if (completeness === 'unknown') {
      return {
        addresses: [],
        largestAnswer: 0,
        unanswered: ['A', 'AAAA'],
        degraded: [`DNS does not answer for ${DNS_NAME}`],
      };
    }
    const { addresses, ttlSeconds } = this.#checker.lookUp(at);
    const answers = this.knowsZonesAt(at) ? [addresses, ...this.#zonalAnswers(at)] : [addresses];
    return {
      addresses: [...new Set(answers.flat())].sort(),
      largestAnswer: Math.max(...answers.map(({ length }) => length)),
      ttlSeconds,
      unanswered: [],
      degraded: [],
    };
  }

  /** Whether the checker asks for the name of each zone. */
  public knowsZonesAt(at: number): boolean {
    const { affinity, completeness, zonalNames = 'yes' } = this.options;
    return affinity !== 'none' && completeness === 'complete' && zonalNames === 'yes' && !this.isOutageAt(at);
  }

  public isOutageAt(at: number): boolean {
    return this.outages.some((span) => includes(span, at));
  }

  /** What the names of the zones answer, each of its own. */
  #zonalAnswers(at: number): string[][] {
    const named = this.history.namedAt(at);
    return Array.from({ length: this.history.zones }, (_, zone) => {
      const own = named.filter((life) => life.zone === zone).map(({ address }) => address);
      return new Random(this.options.seed, 'zonal', zone, at).some(own, FULL_ANSWER);
    });
  }
}
