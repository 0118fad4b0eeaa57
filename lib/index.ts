export type { DriftAlarms } from './drift-alarms';
export { DriftMonitor, type DriftMonitorProps } from './drift-monitor';
export type { DriftMonitorAttributes } from './drift-monitor-attributes';
export type { IDriftMonitor } from './drift-monitor-base';
export { ElbUpstream, type ElbUpstreamOptions, type UpstreamHealthCheck } from './elb-upstream';
export { FrontDoor, type PrivateDnsOptions } from './front-door';
export type { HaproxyBind } from './haproxy/address';
export { type HaproxyConfigModel, HaproxyMode, type HaproxyResolution } from './haproxy/model/config-model';
export {
  type HaproxyHeaderRules,
  type HaproxyLimits,
  type HaproxyListenerTls,
  type HaproxyLog,
  HaproxyLogFormat,
  type HaproxyMutualTls,
  HaproxyTlsVersion,
} from './haproxy/model/listener';
export {
  type HaproxyHealthCheck,
  HaproxyResolutionMode,
  type HaproxyRoute,
  type HaproxyUpstream,
  type HaproxyUpstreamTls,
} from './haproxy/model/upstream';
export { HaproxyConfig } from './haproxy/render/config';
export { type HaproxyCapabilities, HaproxyVersion, type HaproxyVersionWarning } from './haproxy/version';
export { HaproxyElbProxy } from './haproxy-elb-proxy';
export type { HaproxyElbProxyProps } from './haproxy-elb-proxy-props';
export { type HaproxyServiceOptions, HaproxyTasks } from './haproxy-tasks';
export { HaproxyWatch, type HaproxyWatchOptions, type HaproxyWatchProps, type WatchedUpstream } from './haproxy-watch';
export type { NetworkLoadBalancerOptions } from './network-load-balancer-options';
export { type Ec2CapacityOptions, type FargateCapacityOptions, ProxyCapacity } from './proxy-capacity';
export { type BlueGreenDeploymentOptions, ProxyDeployment, type RollingDeploymentOptions } from './proxy-deployment';
export type { ProxyLimits, ProxyMutualTls, ProxyResolution, ProxyRoute, ProxyTls } from './proxy-options';
export type { ProxyScaling, ScheduledTasks } from './proxy-scaling';
export { Repair } from './repair';
