import type { z } from 'zod';
import type { proxySchema } from './proxy-schema';
import type { specSchema } from './schema';

/** A spec file as it is written. */
type WrittenSpec = z.output<typeof specSchema>;
/** A proxy as it is written. */
export type WrittenProxy = z.output<typeof proxySchema>;

/** One proxy of an environment. */
export type ProxySpec = WrittenProxy & { readonly upstream: NonNullable<WrittenProxy['upstream']> };
/** A load balancer of a proxy. */
export type UpstreamSpec = ProxySpec['upstream'];
/** A share of a proxy or of a route. */
export type ShareSpec = NonNullable<ProxySpec['shares']>[number];

/** One environment with its proxies, complete. */
export type EnvironmentSpec = Omit<WrittenSpec['environments'][string], 'proxies'> & {
  readonly proxies: Readonly<Record<string, ProxySpec>>;
};

/** A spec file. The constructs add the defaults. */
export interface Spec {
  readonly stackName: string;
  readonly monitor: NonNullable<WrittenSpec['monitor']>;
  readonly environments: Readonly<Record<string, EnvironmentSpec>>;
}
