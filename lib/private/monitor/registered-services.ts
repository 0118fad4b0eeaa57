import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';

/** The ARNs of the services of each app that are registered, by registry. */
const services = new WeakMap<IConstruct, Set<string>>();

const keyOf = ({ registryPath }: IDriftMonitor, { serviceArn }: IBaseService) => `${registryPath} ${serviceArn}`;

/** Notes that a proxy of this app with this service is registered with a monitor. */
export function noteRegistered(monitor: IDriftMonitor, service: IBaseService): void {
  const { root } = monitor.node;
  services.set(root, (services.get(root) ?? new Set()).add(keyOf(monitor, service)));
}

/** Whether a proxy of this app with this service is registered with a monitor so far. */
export function isRegistered(monitor: IDriftMonitor, service: IBaseService): boolean {
  return services.get(monitor.node.root)?.has(keyOf(monitor, service)) ?? false;
}
