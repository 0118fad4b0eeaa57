import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';

/** The registries of the services of each app, by the ARN of the service. */
const services = new WeakMap<IConstruct, Map<string, Set<string>>>();

/** Notes that a proxy of this app with this service is registered with a monitor. */
export function noteRegistered({ node, registryPath }: IDriftMonitor, { serviceArn }: IBaseService): void {
  const ofApp = services.get(node.root) ?? new Map<string, Set<string>>();
  services.set(node.root, ofApp);
  ofApp.set(serviceArn, (ofApp.get(serviceArn) ?? new Set()).add(registryPath));
}

/**
 * Whether a proxy of this app with this service is registered so far.
 *
 * @param monitor with this monitor. Default: with any
 */
export function isRegistered({ node, serviceArn }: IBaseService, monitor?: IDriftMonitor): boolean {
  const registries = services.get(node.root)?.get(serviceArn);
  return registries !== undefined && (monitor === undefined || registries.has(monitor.registryPath));
}
