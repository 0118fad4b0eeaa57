import { parseDuration } from '../lib/haproxy/duration';
import { type HaproxyConfigModel, HaproxyMode } from '../lib/haproxy/model/config-model';
import { DEFAULTS } from '../lib/haproxy/model/defaults';
import type { ProxySpec } from './spec';

/** The configuration model of a proxy of a spec: what its task definition will carry. */
export function modelOf(proxy: ProxySpec): HaproxyConfigModel {
  return {
    upstream: { ...proxy.upstream, tls: proxy.upstream.tls ? {} : undefined, slots: proxy.slots },
    mode: proxy.mode === 'tcp' ? HaproxyMode.TCP : HaproxyMode.HTTP,
    listen: { port: proxy.listenPort },
    health: { port: DEFAULTS.healthPort },
    runtimeApi: { port: DEFAULTS.runtimeApiPort },
    resolution: {
      nameservers: proxy.nameservers,
      holdValidMillis: parseDuration(proxy.holdValid, 'holdValid'),
      holdObsoleteMillis:
        proxy.holdObsolete === undefined ? undefined : parseDuration(proxy.holdObsolete, 'holdObsolete'),
    },
  };
}
