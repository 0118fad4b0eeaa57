import { checkArguments } from '../private/check-arguments';
import { type BoundAddresses, Upstream, type UpstreamOptions } from './upstream';

/**
 * Machines with fixed addresses, such as those on premises during a migration, for a share of the traffic. HAProxy checks
 * them as it checks the addresses of a load balancer. The drift monitor does not: addresses that do not change cannot
 * drift.
 */
export class FixedUpstream extends Upstream {
  /**
   * Machines by their addresses.
   *
   * @param addresses IPv4 or IPv6 addresses without port, 1 to 100; each may be a token of an IPv4 address
   * @param options how to reach them; `tls` needs a `serverName`
   */
  public static fromAddresses(addresses: string[], options: UpstreamOptions): FixedUpstream {
    checkArguments('FixedUpstream.fromAddresses', addresses, options);
    return new FixedUpstream(addresses, options);
  }

  private constructor(
    private readonly addresses: string[],
    /** How to reach the machines. */
    public readonly options: UpstreamOptions,
  ) {
    super();
  }

  /**
   * The addresses.
   *
   * @internal
   */
  public _bind(): BoundAddresses {
    return { addresses: this.addresses };
  }
}
