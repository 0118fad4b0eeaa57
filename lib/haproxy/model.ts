import { checkBind, checkHostName, checkNameserver, checkPort, type HaproxyBind } from './address';
import { InputError } from './errors';

/** How a listener treats what it accepts. */
export enum HaproxyMode {
  /** Requests are read, logged and balanced one by one. */
  HTTP = 'http',
  /** Connections are passed on unread: TLS passthrough, any other protocol. */
  TCP = 'tcp',
}

/** The load balancer behind HAProxy. */
export interface HaproxyUpstream {
  /** DNS name of the load balancer. A CDK token passes through. */
  readonly dnsName: string;
  /** TCP port of the load balancer's listener, 1 to 65535. */
  readonly port: number;
  /**
   * Speak TLS to the load balancer and verify its certificate against the DNS name.
   *
   * @default false
   */
  readonly tls?: boolean;
  /**
   * How many addresses of the load balancer the proxy can hold, 1 to 100. Not used by 1.6 and 1.7, which have one slot.
   *
   * @default 16, twice the 8 addresses that one answer for an ELB carries
   */
  readonly slots?: number;
}

/** How HAProxy asks DNS, and how long it keeps what it was told. All times are milliseconds. */
export interface HaproxyResolution {
  /**
   * Name servers as `IP:PORT`. All of them are asked in parallel.
   *
   * @default 169.254.169.253:53, the resolver that every VPC has
   */
  readonly nameservers?: string[];
  /**
   * How often the name is asked for, at least 100 ms (`hold valid` up to 2.0, `timeout resolve` after: both are set).
   *
   * @default 10000, a sixth of the 60 s that an ELB's records live
   */
  readonly holdValidMillis?: number;
  /**
   * How long an address is kept that is no longer in the answer (1.8 and later).
   *
   * @default 30000, because an ELB with more than 8 addresses shows another 8 in each answer, and an address that is
   *   merely not shown must not be dropped
   */
  readonly holdObsoleteMillis?: number;
}

/** All that a configuration is made of. */
export interface HaproxyConfigModel {
  /** The load balancer behind HAProxy. */
  readonly upstream: HaproxyUpstream;
  /**
   * How the listener treats traffic.
   *
   * @default HaproxyMode.HTTP
   */
  readonly mode?: HaproxyMode;
  /**
   * Where traffic comes in.
   *
   * @default - port 8080, because the official images do not run as root
   */
  readonly listen?: HaproxyBind;
  /**
   * How the load balancer's name is resolved.
   *
   * @default - the VPC's resolver, every 10 s
   */
  readonly resolution?: HaproxyResolution;
  /**
   * Where `GET /live` answers 200 as long as the process runs.
   *
   * @default - no such listener, except on 1.6 and 1.7 (127.0.0.1:8404), where the health check that keeps the name
   *   resolved needs a target that cannot fail
   */
  readonly health?: HaproxyBind;
  /**
   * Where the read commands of the drift checker are answered, and nothing else is.
   *
   * @default - not offered
   */
  readonly runtimeApi?: HaproxyBind;
}

/** A model whose every value is set and checked. */
export interface CheckedModel {
  readonly upstream: Required<HaproxyUpstream>;
  readonly mode: HaproxyMode;
  readonly listen: HaproxyBind;
  readonly resolution: Required<HaproxyResolution>;
  readonly health?: HaproxyBind;
  readonly runtimeApi?: HaproxyBind;
}

/** The values of a model that leaves them out. */
export const DEFAULTS = {
  listenPort: 8080,
  healthPort: 8404,
  runtimeApiPort: 9990,
  slots: 16,
  nameserver: '169.254.169.253:53',
  holdValidMillis: 10_000,
  holdObsoleteMillis: 30_000,
} as const;

const DAY = 86_400_000;

function checkRange(value: number, min: number, max: number, what: string): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InputError(`${what} '${value}' is out of range: give a whole number from ${min} to ${max}`);
  }
  return value;
}

/**
 * Fills in what a model leaves out and refuses what HAProxy would not take.
 *
 * @throws InputError with one line that names the field, the value given and the values allowed
 */
export function checkModel(model: HaproxyConfigModel): CheckedModel {
  const { upstream, resolution = {} } = model;
  const checked: CheckedModel = {
    upstream: {
      dnsName: checkHostName(upstream.dnsName, 'upstream'),
      port: checkPort(upstream.port, 'upstream port'),
      tls: upstream.tls ?? false,
      slots: checkRange(upstream.slots ?? DEFAULTS.slots, 1, 100, 'slots'),
    },
    mode: model.mode ?? HaproxyMode.HTTP,
    listen: checkBind(model.listen ?? { port: DEFAULTS.listenPort }, 'listen'),
    resolution: {
      nameservers: (resolution.nameservers ?? [DEFAULTS.nameserver]).map((nameserver) => checkNameserver(nameserver)),
      holdValidMillis: checkRange(resolution.holdValidMillis ?? DEFAULTS.holdValidMillis, 100, DAY, 'hold valid (ms)'),
      holdObsoleteMillis: checkRange(
        resolution.holdObsoleteMillis ?? DEFAULTS.holdObsoleteMillis,
        0,
        DAY,
        'hold obsolete (ms)',
      ),
    },
    health: model.health && checkBind(model.health, 'health'),
    runtimeApi: model.runtimeApi && checkBind(model.runtimeApi, 'runtime API'),
  };
  if (checked.resolution.nameservers.length === 0) {
    throw new InputError('name servers: none given; give at least one IP:PORT, or leave the list out');
  }
  refuseSharedPorts(checked);
  return checked;
}

/** Two listeners on one port make HAProxy fail at the start, or share connections at random. */
export function refuseSharedPorts(model: CheckedModel): void {
  const binds = Object.entries({ listen: model.listen, health: model.health, 'runtime API': model.runtimeApi });
  for (const [i, [name, bind]] of binds.entries()) {
    for (const [other, taken] of binds.slice(0, i)) {
      const overlap = !bind?.address || !taken?.address || bind.address === taken.address;
      if (bind && taken && bind.port === taken.port && overlap) {
        throw new InputError(`${name} port ${bind.port} is taken by ${other}: give each listener a port of its own`);
      }
    }
  }
}
