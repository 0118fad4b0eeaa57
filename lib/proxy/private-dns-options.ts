import type { Duration } from 'aws-cdk-lib';
import type { INamespace } from 'aws-cdk-lib/aws-servicediscovery';

/** A name in a Cloud Map namespace. */
export interface PrivateDnsOptions {
  /**
   * A private DNS namespace. Its hosted zone costs about $0.50 a month.
   *
   * @default - the default namespace of the given cluster if it is a private DNS namespace, else a new one such as
   * `shop-orders-894ad419.internal`: the construct's path in lower case, a hash of it, and `.internal`
   */
  readonly cloudMapNamespace?: INamespace;

  /**
   * Name below the namespace.
   *
   * @default - `haproxy` in a new namespace, in an existing one the construct's path in lower case and a hash of it
   */
  readonly name?: string;

  /**
   * How long clients may keep an answer. An answer shows at most 8 tasks.
   *
   * @default Duration.seconds(10)
   */
  readonly dnsTtl?: Duration;
}
