import type { ElbUpstreamOptions, HaproxyElbProxyProps } from '../../lib';

/** The name of the load balancer, for which its certificate is. */
export const ELB = 'elb.test';
/** Another name with the addresses of the load balancer. */
export const OTHER_NAME = 'other.test';
/** No process has this address: queries to it get no answer. */
const NO_SERVER = '10.9.0.99:53';

/** The ports of the load balancer. */
export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** A second revision of a proxy whose first one works. */
export interface RollbackCase {
  /** Part of the name of its stack. */
  readonly id: string;
  readonly what: string;
  /** Whether ECS must return to the first revision. */
  readonly rolledBack: boolean;
  readonly upstream: (ports: Ports) => ElbUpstreamOptions & { readonly dnsName: string };
  /** @default - none */
  readonly props?: Pick<HaproxyElbProxyProps, 'resolution'>;
}

/** What the first revision of each proxy sends to. */
export const FIRST: RollbackCase['upstream'] = ({ http }) => ({ dnsName: ELB, port: http });

export const CASES: readonly RollbackCase[] = [
  {
    id: 'Right',
    what: 'a right upstream with TLS',
    rolledBack: false,
    upstream: ({ https }) => ({ dnsName: ELB, port: https, tls: {} }),
  },
  {
    id: 'UnknownUpstream',
    what: 'an upstream that does not exist',
    rolledBack: true,
    upstream: ({ http }) => ({ dnsName: 'unknown.test', port: http }),
  },
  {
    id: 'RefusingUpstream',
    what: 'an upstream that refuses connections',
    rolledBack: true,
    upstream: () => ({ dnsName: ELB, port: 9 }),
  },
  {
    id: 'UnreachableResolver',
    what: 'a resolver that does not answer',
    rolledBack: true,
    upstream: FIRST,
    props: { resolution: { nameservers: [NO_SERVER] } },
  },
  {
    id: 'WrongCertificate',
    what: 'an upstream with the certificate of another name',
    rolledBack: true,
    upstream: ({ https }) => ({ dnsName: OTHER_NAME, port: https, tls: {} }),
  },
];

/** The name of the stack of a case. */
export const stackOf = ({ id }: RollbackCase): string => `rollback-${id}`;
