export { DriftMonitor, type DriftMonitorProps } from './drift-monitor';
export { ElbUpstream, type ElbUpstreamOptions } from './elb-upstream';
export type { HaproxyBind } from './haproxy/address';
export {
  type HaproxyConfigModel,
  HaproxyMode,
  type HaproxyResolution,
  type HaproxyUpstream,
} from './haproxy/model';
export { HaproxyConfig } from './haproxy/render';
export { type HaproxyCapabilities, HaproxyVersion, type HaproxyVersionWarning } from './haproxy/version';
export { HaproxyElbProxy, type HaproxyElbProxyProps } from './haproxy-elb-proxy';
