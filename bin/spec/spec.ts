import type { z } from 'zod';
import type { proxySchema } from './proxy-schema';
import type { specSchema } from './schema';

/** A spec file as it is written. */
type WrittenSpec = z.output<typeof specSchema>;
/** The environments and the hub as they are written. */
export type Environments = WrittenSpec['environments'];
export type WrittenHub = WrittenSpec['hub'];

/** The last part of the name of the stack of the hub. */
export const HUB_STACK = 'hub';

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

/** The hub of a spec file, with its names. */
export type HubSpec = Omit<NonNullable<WrittenHub>, 'hubName' | 'census'> & {
  readonly hubName: string;
  readonly census?: NonNullable<NonNullable<WrittenHub>['census']> & { readonly censusName: string };
};

/** A spec file. The constructs add the defaults. */
export interface Spec {
  readonly stackName: string;
  readonly monitor: NonNullable<WrittenSpec['monitor']>;
  readonly environments: Readonly<Record<string, EnvironmentSpec>>;
  /** @default - no hub */
  readonly hub?: HubSpec;
}
