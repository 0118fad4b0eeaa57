import { parseDuration } from '../lib/haproxy/duration';
import { DEFAULTS, type HaproxyConfigModel, HaproxyMode } from '../lib/haproxy/model';
import type { ProxySpec } from './spec';

/** The configuration model of a proxy of a spec: what its task definition will carry. */
export function modelOf(proxy: ProxySpec): HaproxyConfigModel {
  return {
    upstream: { ...proxy.upstream, slots: proxy.slots },
    mode: proxy.mode === 'tcp' ? HaproxyMode.TCP : HaproxyMode.HTTP,
    listen: { port: proxy.listenPort },
    health: { port: DEFAULTS.healthPort },
    runtimeApi: { port: DEFAULTS.runtimeApiPort },
    resolution: {
      nameservers: proxy.nameservers,
      holdValidMillis: parseDuration(proxy.holdValid, 'holdValid'),
      holdObsoleteMillis: parseDuration(proxy.holdObsolete, 'holdObsolete'),
    },
  };
}
