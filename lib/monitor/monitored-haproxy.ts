import { type Duration, Names } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { checkNameserver } from '../haproxy/address';
import { InputError } from '../haproxy/errors';
import { RESOLUTION } from '../haproxy/model/options';
import type { HaproxyVersion } from '../haproxy/version/version';
import { checkName, refuseTokens } from '../private/checks';
import { ELB_TTL_MILLIS, register } from '../private/monitor/registration';
import type { ElbUpstream } from '../proxy/elb-upstream';
import type { IDriftMonitor } from './drift-monitor-interface';
import type { HaproxyTasks } from './haproxy-tasks';
import { MonitoredProxyBase } from './monitored-proxy-base';

/** A load balancer behind a HAProxy that this library did not make. */
export interface MonitoredUpstream {
  /** The load balancer. */
  readonly upstream: ElbUpstream;

  /**
   * The backend whose servers hold the load balancer's addresses: those that follow its name, all of them where none
   * does.
   *
   * @default - the servers that follow the load balancer's name; all servers where the branch does not tell names (1.6
   * and 1.7), which needs this to be the only upstream
   */
  readonly backend?: string;
}

/** Properties of a `MonitoredHaproxy`. */
export interface MonitoredHaproxyProps {
  /** The monitor that checks the processes. */
  readonly monitor: IDriftMonitor;

  /** Where its processes run. */
  readonly tasks: HaproxyTasks;

  /** The load balancers behind it, one or more. */
  readonly upstreams: MonitoredUpstream[];

  /**
   * Name of the proxy in metrics, log lines and the registry: letters, digits, `.`, `-` and `_`, at most 64.
   *
   * @default - made from the construct's path
   */
  readonly proxyName?: string;

  /**
   * The branch that should be running; another one is an incident.
   *
   * @default - whatever runs is right
   */
  readonly version?: HaproxyVersion;

  /**
   * Name servers that HAProxy asks, as `IP:PORT`.
   *
   * @default - the resolver of the VPC, as the monitor itself
   */
  readonly nameservers?: string[];

  /**
   * How often each process asks DNS: the larger of its `hold valid` and `timeout resolve`.
   *
   * @default Duration.seconds(10), HAProxy's own `hold valid`
   */
  readonly resolutionPeriod?: Duration;

  /**
   * How long an address counts as the load balancer's after it was last in an answer.
   *
   * @default - the 60 s that an ELB's records live, plus `resolutionPeriod`, plus 30 s because an answer shows only 8 of
   * an ELB's addresses
   */
  readonly dnsWindow?: Duration;

  /**
   * Mutual TLS to the runtime API: a JSON secret with `cert`, `key` and `ca`, each in PEM.
   *
   * @default - the runtime API is spoken to in clear text
   */
  readonly runtimeApiTls?: ISecret;
}

/**
 * Lets a monitor check a HAProxy that this library did not make: an ECS service of any app, or processes anywhere in
 * reach. Its runtime API must answer on TCP.
 *
 * Everything that it needs (permissions, security group rules, the registry parameter) is in the stack of this construct.
 * Put it into the stack of the service where that stack depends on the monitor's.
 */
export class MonitoredHaproxy extends MonitoredProxyBase {
  /** Name of the proxy in metrics, log lines and the registry. */
  public readonly proxyName: string;

  public constructor(scope: Construct, id: string, props: MonitoredHaproxyProps) {
    super(scope, id);
    checkName(props.proxyName);
    this.proxyName = props.proxyName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    const { upstreams, version, nameservers } = props;
    if (upstreams.length === 0) {
      throw new InputError(`${this.node.path} has no upstream: give the load balancers behind the proxy`);
    }
    if (upstreams.length > 1 && version?._capabilities.serverTemplate === false) {
      checkBackends(this.node.path, upstreams);
    }
    refuseTokens('resolutionPeriod', props.resolutionPeriod);
    refuseTokens('dnsWindow', props.dnsWindow);
    refuseTokens('nameservers', nameservers);
    const resolutionMillis = props.resolutionPeriod?.toMilliseconds() ?? RESOLUTION.holdValid.default;
    register(this, props.monitor, {
      proxyName: this.proxyName,
      haproxyVersion: version?.toString(),
      upstreams: upstreams.map(({ upstream, backend }, i) => {
        const { dnsName, loadBalancerArn } = upstream._bind(this, `Upstream${i}`);
        return { backend, dnsName, port: upstream.options.port, loadBalancerArn };
      }),
      nameservers: nameservers?.map((address) => checkNameserver(address)),
      tasks: props.tasks,
      runtimeApiTls: props.runtimeApiTls,
      resolutionMillis,
      dnsWindowMillis:
        props.dnsWindow?.toMilliseconds() ?? ELB_TTL_MILLIS + resolutionMillis + RESOLUTION.holdObsolete.default,
    });
  }
}

/** Branches without names in `show servers state` cannot tell which server belongs to which load balancer. */
function checkBackends(path: string, upstreams: readonly MonitoredUpstream[]): void {
  if (upstreams.some(({ backend }) => backend === undefined)) {
    throw new InputError(
      `an upstream of ${path} has no backend: give one for each, because 1.6 and 1.7 do not tell names`,
    );
  }
}
