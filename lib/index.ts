export { DriftMonitor, type DriftMonitorProps } from './drift-monitor';
export { ElbUpstream, type ElbUpstreamOptions } from './elb-upstream';
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
export { HaproxyElbProxy, type HaproxyElbProxyProps } from './haproxy-elb-proxy';
