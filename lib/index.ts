export type { HaproxyHeaderRules } from './haproxy/model/config-model';
export {
  HaproxyLogFormat,
  HaproxyMode,
  HaproxyProtocol,
  HaproxyResolutionMode,
  HaproxyTlsVersion,
} from './haproxy/model/options';
export { HaproxyVersion, type HaproxyVersionWarning } from './haproxy/version/version';
export type { DriftAlarms } from './monitor/alarms';
export { CensusAccess, type CensusAccessProps } from './monitor/census-access';
export { DriftCensus, type DriftCensusProps } from './monitor/drift-census';
export type { CensusTargets } from './monitor/drift-census-options';
export { DriftConfigRule, type DriftConfigRuleProps } from './monitor/drift-config-rule';
export { DriftHub, type DriftHubProps, type OnHubIncidentOptions } from './monitor/drift-hub';
export type { IDriftHub } from './monitor/drift-hub-interface';
export { DriftMonitor, type DriftMonitorProps } from './monitor/drift-monitor';
export type { IDriftMonitor, ImportedMonitorOptions } from './monitor/drift-monitor-interface';
export {
  type HaproxyEndpointsOptions,
  type HaproxyInstancesOptions,
  type HaproxyServiceOptions,
  HaproxyTasks,
} from './monitor/haproxy-tasks';
export {
  type ForwardIncidentsOptions,
  IncidentForwarding,
  type IncidentForwardingProps,
} from './monitor/incident-forwarding';
export { IncidentChange, IncidentSeverity, type OnIncidentOptions } from './monitor/incident-rule';
export {
  MonitoredHaproxy,
  type MonitoredHaproxyOptions,
  type MonitoredHaproxyProps,
  type MonitoredUpstream,
} from './monitor/monitored-haproxy';
export {
  type IMonitoredUpstreams,
  MonitoredHaproxyServices,
  type MonitoredHaproxyServicesProps,
} from './monitor/monitored-haproxy-services';
export type { ProbeOptions } from './monitor/probe-options';
export { Repair } from './monitor/repair';
export { SecurityHubFindings, type SecurityHubFindingsProps } from './monitor/security-hub-findings';
export type { IncidentSuppression } from './monitor/suppression';
export type { ApplicationListenerOptions } from './proxy/application-listener-options';
export { type Ec2CapacityOptions, type FargateCapacityOptions, ProxyCapacity } from './proxy/capacity';
export {
  type BlueGreenDeploymentOptions,
  type CanaryDeploymentOptions,
  type LinearDeploymentOptions,
  ProxyDeployment,
  type ProxyDeploymentOptions,
  type RollingDeploymentOptions,
} from './proxy/deployment';
export { ElbUpstream, type ElbUpstreamOptions } from './proxy/elb-upstream';
export { FixedUpstream } from './proxy/fixed-upstream';
export { HaproxyElbProxy } from './proxy/haproxy-elb-proxy';
export type { HaproxyElbProxyAttributes, IHaproxyElbProxy } from './proxy/haproxy-elb-proxy-interface';
export type { HaproxyElbProxyProps } from './proxy/haproxy-elb-proxy-props';
export { ProxyIngress } from './proxy/ingress';
export type { ProxyIngressBindOptions, ProxyIngressConfig, ProxyIngressTraits } from './proxy/ingress-bind';
export { Locality } from './proxy/locality';
export type { NetworkLoadBalancerOptions } from './proxy/network-load-balancer-options';
export type {
  HaproxyLog,
  ProxyClientCertificates,
  ProxyLimits,
  ProxyMutualTls,
  ProxyPatching,
  ProxyRateLimit,
  ProxyResolution,
  ProxyResponse,
  ProxyRoute,
  ProxyShare,
  ProxyShareStickiness,
  ProxyTls,
} from './proxy/options';
export type { PrivateDnsOptions } from './proxy/private-dns-options';
export type { ProxyScaling, ScheduledTasks } from './proxy/scaling';
export { type HaproxyUpstreamTls, Upstream, type UpstreamHealthCheck, type UpstreamOptions } from './proxy/upstream';
export {
  type CertificateIdentityOptions,
  type ResponseIdentityOptions,
  UpstreamIdentity,
} from './proxy/upstream-identity';
