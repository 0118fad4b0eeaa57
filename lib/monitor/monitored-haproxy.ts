import { type Duration, Names, Token } from 'aws-cdk-lib';
import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { RegistryUpstream } from '../contract/registry-record';
import { checkHostName, checkNameserver, checkPort } from '../haproxy/address';
import { InputError } from '../haproxy/errors';
import { refuseUnchecked } from '../haproxy/model/check-identity';
import { DAY } from '../haproxy/model/option';
import { HEALTH_CHECK, RESOLUTION, UPSTREAM } from '../haproxy/model/options';
import type { HaproxyVersion } from '../haproxy/version/version';
import { checkArguments } from '../private/check-arguments';
import { checkName, checkTime, refuseTokens } from '../private/checks';
import { ELB_TTL_MILLIS, register } from '../private/monitor/registration';
import type { ElbUpstream } from '../proxy/elb-upstream';
import { makeProxyAlarm } from './alarms';
import type { IDriftMonitor } from './drift-monitor-interface';
import type { HaproxyTasks } from './haproxy-tasks';
import { MonitoredProxyBase } from './monitored-proxy-base';
import type { IncidentSuppression } from './suppression';

/** HAProxy's default of `hold timeout`, `hold refused` and `hold other` (manual 5.3). */
const HOLD_MILLIS = 30_000;

/** No time of a record is longer. */
const MAX_MILLIS = 365 * DAY;

/** A load balancer behind a HAProxy that this library did not deploy. */
export interface MonitoredUpstream {
  /**
   * The load balancer. Of its options the monitor reads `port`, and `identity` with `healthCheck.interval`: the most time
   * between two health checks of a server that is down (`inter` or `downinter`), 10 s by default. The others change
   * nothing, because this library does not write the configuration.
   */
  readonly upstream: ElbUpstream;

  /**
   * The backend whose servers hold the load balancer's addresses. The monitor reads the servers of the backend that
   * follow the load balancer's name; if none does, all of its servers.
   *
   * @default - all servers that follow the load balancer's name; on branches that do not show names (1.6 and 1.7) all
   * servers, which allows only one upstream
   */
  readonly backend?: string;
}

/** What a monitor should know about a HAProxy that this library did not deploy. */
export interface MonitoredHaproxyOptions {
  /**
   * The branch that must run; any other branch is an incident.
   *
   * @default - any branch
   */
  readonly version?: HaproxyVersion;

  /**
   * Name servers that HAProxy asks, as `IP:PORT`.
   *
   * @default - the resolver of the VPC, which the probe uses too
   */
  readonly nameservers?: string[];

  /**
   * Time between two DNS queries of each process: the larger of its `hold valid` and `timeout resolve`.
   *
   * @default Duration.seconds(10), HAProxy's own `hold valid`
   */
  readonly resolutionPeriod?: Duration;

  /**
   * How long an address counts as an address of the load balancer after it was last in an answer.
   *
   * @default - the 60 s that an ELB's records live, plus `resolutionPeriod`, plus 30 s because an answer shows only 8 of
   * an ELB's addresses
   */
  readonly dnsWindow?: Duration;

  /**
   * How long the processes keep an address while DNS does not answer: the shortest of `hold timeout`, `hold refused` and
   * `hold other`. A DNS outage is critical once half of it is used up.
   *
   * @default Duration.seconds(30), HAProxy's own value of the three
   */
  readonly outageHold?: Duration;

  /**
   * Mutual TLS to the runtime API: a JSON secret with `cert`, `key` and `ca`, each in PEM.
   *
   * @default - no TLS
   */
  readonly runtimeApiTls?: ISecret;

  /**
   * Verdicts that open no incident for a time.
   *
   * @default - none
   */
  readonly suppressions?: IncidentSuppression[];

  /**
   * Actions of an alarm for the critical incidents of this proxy alone.
   *
   * @default - no such alarm
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * Actions when the alarm for this proxy ends.
   *
   * @default - none
   */
  readonly okActions?: IAlarmAction[];
}

/** Properties of a `MonitoredHaproxy`. */
export interface MonitoredHaproxyProps extends MonitoredHaproxyOptions {
  /** The monitor that checks the processes. */
  readonly monitor: IDriftMonitor;

  /** Where the processes run. */
  readonly tasks: HaproxyTasks;

  /** The load balancers behind the processes, one or more. */
  readonly upstreams: MonitoredUpstream[];

  /**
   * Name of the proxy in metrics, log lines and the registry: letters, digits, `.`, `-` and `_`, at most 64.
   *
   * @default - made from the construct's path
   */
  readonly proxyName?: string;
}

/**
 * A HAProxy that this library did not deploy and that a monitor checks: an ECS service of any app, or processes
 * anywhere that a probe can reach. Its runtime API must listen on TCP.
 *
 * Permissions, security group rules and the registry parameter are in the stack of this construct. Create it in the
 * stack of the service if that stack depends on the stack of the monitor.
 */
export class MonitoredHaproxy extends MonitoredProxyBase {
  /** Name of the proxy in metrics, log lines and the registry. */
  public readonly proxyName: string;
  /** The monitor that checks this proxy. */
  public readonly monitor: IDriftMonitor;
  /**
   * The function of the monitor that reads the processes and DNS in their VPC. Proxies of one stack may share it; its
   * `connections` have its security groups.
   */
  public readonly probe: IFunction;
  /** The alarm for the critical incidents of this proxy alone, if it has actions. */
  public readonly alarm?: Alarm;

  public constructor(scope: Construct, id: string, props: MonitoredHaproxyProps) {
    super(scope, id);
    checkArguments('MonitoredHaproxy', props);
    checkName(props.proxyName);
    this.proxyName = props.proxyName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.monitor = props.monitor;
    const { upstreams, version, nameservers } = props;
    if (upstreams.length === 0) {
      throw new InputError(`upstreams of ${this.node.path} is empty: give the load balancers behind the proxy`);
    }
    if (upstreams.length > 1 && version?._capabilities.serverTemplate === false) {
      checkBackends(this.node.path, upstreams);
    }
    refuseTokens('nameservers', nameservers);
    const resolutionMillis = millisOf('resolutionPeriod', props.resolutionPeriod, 1) ?? RESOLUTION.holdValid.default;
    const probe = register(this, props.monitor, {
      proxyName: this.proxyName,
      haproxyVersion: version?.toString(),
      upstreams: upstreams.map((one, i) => this.bindUpstream(one, i)),
      nameservers: nameservers?.map((address) => checkNameserver(address)),
      tasks: props.tasks,
      runtimeApiTls: props.runtimeApiTls,
      suppressions: props.suppressions,
      resolutionMillis,
      dnsWindowMillis:
        millisOf('dnsWindow', props.dnsWindow, 0) ??
        ELB_TTL_MILLIS + resolutionMillis + RESOLUTION.holdObsolete.default,
      holdMillis: millisOf('outageHold', props.outageHold, 0) ?? HOLD_MILLIS,
    });
    this.probe = probe.handler;
    const actions = { alarm: props.alarmActions, ok: props.okActions };
    this.alarm = makeProxyAlarm(this, this.metricCriticalIncidents(), actions);
  }

  private bindUpstream({ upstream, backend }: MonitoredUpstream, i: number): RegistryUpstream {
    const what = `upstreams[${i}]`;
    const { dnsName, loadBalancerArn } = upstream._bind(this, `Upstream${i}`);
    const { port, identity, healthCheck, resolutionMode = UPSTREAM.resolutionMode.default } = upstream.options;
    checkHostName(dnsName, what);
    refuseTokens(`${what}.port`, port);
    checkPort(port, `${what}.port`);
    checkBackend(`${what}.backend`, backend);
    if (identity === undefined) {
      return { backend, dnsName, port, loadBalancerArn };
    }
    const { enabled = HEALTH_CHECK.enabled.default, interval } = healthCheck ?? {};
    refuseUnchecked({ healthCheck: { enabled }, resolutionMode });
    refuseTokens(`${what}.healthCheck.interval`, interval);
    const downCheckSeconds =
      interval && checkTime(`${what}.healthCheck.interval`, interval, HEALTH_CHECK.interval) / 1000;
    return { backend, dnsName, port, loadBalancerArn, identity: identity._kind, downCheckSeconds };
  }
}

/** A time of the record. */
function millisOf(what: string, time: Duration | undefined, min: number): number | undefined {
  refuseTokens(what, time);
  return time && checkTime(what, time, { min, max: MAX_MILLIS });
}

/** The name of a proxy section (HAProxy's manual, 4). */
function checkBackend(what: string, backend: string | undefined): void {
  if (backend !== undefined && !Token.isUnresolved(backend) && !/^[A-Za-z0-9_.:-]+$/.test(backend)) {
    throw new InputError(
      `${what} '${backend}' is not valid: give the name of a backend: letters, digits, '-', '_', '.' and ':'`,
    );
  }
}

/** Without names in `show servers state` the checker cannot assign servers to load balancers. */
function checkBackends(path: string, upstreams: readonly MonitoredUpstream[]): void {
  if (upstreams.some(({ backend }) => backend === undefined)) {
    throw new InputError(
      `an upstream of ${path} has no backend: give one for each, because 1.6 and 1.7 do not show names`,
    );
  }
}
