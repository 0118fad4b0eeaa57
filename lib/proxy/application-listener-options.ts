import type { IApplicationListener, ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/** Requests of a listener of an Application Load Balancer that go to the proxy. */
export interface ApplicationListenerOptions {
  /** The listener, of this app or imported. For its port and certificates, and what it does with other requests. */
  readonly listener: IApplicationListener;

  /** Priority of the rule, 1 to 50000: the listener takes the first rule that fits, and each needs its own. */
  readonly priority: number;

  /** Which requests go to the proxy. All conditions must hold. `ListenerCondition.pathPatterns(['*'])` takes every request. */
  readonly conditions: ListenerCondition[];
}
