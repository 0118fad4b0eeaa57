import { Mixin, Names } from 'aws-cdk-lib';
import { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { runsHaproxy } from '../private/monitor/haproxy-containers';
import { isRegistered } from '../private/monitor/registered-services';
import type { IDriftMonitor } from './drift-monitor-interface';
import { HaproxyTasks } from './haproxy-tasks';
import { MonitoredHaproxy, type MonitoredHaproxyOptions, type MonitoredUpstream } from './monitored-haproxy';

/** The load balancers behind the services that `MonitoredHaproxyServices` finds. */
export interface IMonitoredUpstreams {
  /**
   * The load balancers behind a service, one or more.
   *
   * @param service a service with a container that is HAProxy
   */
  upstreamsOf(service: BaseService): MonitoredUpstream[];
}

/** Properties of `MonitoredHaproxyServices`. */
export interface MonitoredHaproxyServicesProps extends MonitoredHaproxyOptions {
  /** The monitor that checks the services. It must be of the account and region of each service. */
  readonly monitor: IDriftMonitor;

  /** TCP port of the runtime API in each task, 1 to 65535. */
  readonly runtimeApiPort: number;

  /** The load balancers behind each service: nothing in the service names them. */
  readonly upstreams: IMonitoredUpstreams;
}

/** The id of the construct below each service. */
const ID = 'MonitoredHaproxy';

/** Scopes whose services are not monitored. */
const excluded = new WeakSet<IConstruct>();

/**
 * A mixin that makes a `MonitoredHaproxy` for each ECS service with a container that is HAProxy:
 * `Mixins.of(app).apply(new MonitoredHaproxyServices({ … }))`. A container is HAProxy if `haproxy` is in its name, in the
 * repository of its image, or in what its Dockerfile builds from, installs or starts. An `exporter` is not.
 *
 * Apply it when all services exist. It takes those of this app that are an `Ec2Service`, a `FargateService` or an
 * `ExternalService`, and leaves out those that are registered already, such as the service of a `HaproxyElbProxy`. Each
 * `MonitoredHaproxy` is below its service, with the service's path as its name.
 */
export class MonitoredHaproxyServices extends Mixin {
  /**
   * Leaves the services at and below a construct out.
   *
   * @param scope a service, a stack or another scope
   * @throws when a mixin monitors one of them already
   */
  public static exclude(scope: IConstruct): void {
    const monitored = scope.node.findAll().find((one) => one instanceof BaseService && one.node.tryFindChild(ID));
    if (monitored !== undefined) {
      throw new InputError(
        `${monitored.node.path} is monitored already: call MonitoredHaproxyServices.exclude before the mixin is applied`,
      );
    }
    excluded.add(scope);
  }

  private readonly props: MonitoredHaproxyServicesProps;

  public constructor(props: MonitoredHaproxyServicesProps) {
    super();
    checkArguments('MonitoredHaproxyServices', props);
    this.props = props;
  }

  /**
   * Whether a construct is a service to monitor.
   *
   * @param construct any construct
   */
  public supports(construct: IConstruct): boolean {
    return (
      construct instanceof BaseService &&
      !construct.node.scopes.some((scope) => excluded.has(scope)) &&
      !isRegistered(construct) &&
      runsHaproxy(construct)
    );
  }

  /**
   * Makes the `MonitoredHaproxy` of a service.
   *
   * @param construct a service that this mixin `supports`
   */
  public applyTo(construct: IConstruct): void {
    const service = construct as BaseService;
    const { runtimeApiPort, upstreams: balancers, ...options } = this.props;
    const upstreams = balancers.upstreamsOf(service);
    if (upstreams.length === 0) {
      throw new InputError(
        `upstreamsOf gives no load balancer for ${service.node.path}: give those behind it, or leave the service out with MonitoredHaproxyServices.exclude`,
      );
    }
    new MonitoredHaproxy(service, ID, {
      ...options,
      proxyName: Names.uniqueResourceName(service, { maxLength: 64, separator: '-' }),
      tasks: HaproxyTasks.ofService(service, { runtimeApiPort }),
      upstreams,
    });
  }
}
