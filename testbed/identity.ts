/** What only a node of the load balancer answers on {@link IDENTITY_PATH}. */
export const IDENTITY_PATH = '/identity';
export const IDENTITY_BODY = 'load balancer orders 7f3a9c';
/** HAProxy can compare a header's whole value, or each part between commas. */
export const IDENTITY_HEADER = { name: 'X-Load-Balancer', value: 'orders, 7f3a9c' } as const;

/** The answer of a host that got an address of the load balancer and is none of its nodes. */
export const STRANGER = '🦊';
