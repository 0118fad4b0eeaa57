import { checkArguments } from '../private/check-arguments';

/** What the certificate of each node must have, where HAProxy passes TLS through. */
export interface CertificateIdentityOptions {
  /**
   * Name that the health check sends (SNI, from HAProxy 1.8 on) and that the certificate must have. Only in TCP mode
   * without `tls`.
   *
   * @default - the `serverName` of `tls`; without `tls` the DNS name of the load balancer, which its certificate rarely has
   */
  readonly serverName?: string;

  /**
   * File in the image with the certificate authorities to trust. Only in TCP mode without `tls`.
   *
   * @default - the `caFile` of `tls`; without `tls` /etc/ssl/certs/ca-certificates.crt, which the official images have
   */
  readonly caFile?: string;
}

/** What each node must answer: `body`, or `header` with `headerValue`, or both. */
export interface ResponseIdentityOptions {
  /** Path of the health check. Give it a rule of the load balancer with a fixed response, so that no target matters. */
  readonly path: string;

  /**
   * Host header of the health check. An Application Load Balancer selects its rule by this header.
   *
   * @default - the DNS name of the load balancer
   */
  readonly host?: string;

  /**
   * Text that the body must contain, 8 to 200 characters of ASCII. Not a part of `path` or `host`, which an echo server
   * returns.
   *
   * @default - any body, where `header` is given
   */
  readonly body?: string;

  /**
   * Name of a header that the response must have (HAProxy 2.2 and later). A listener of an Application Load Balancer can
   * add some.
   *
   * @default - none, where `body` is given
   */
  readonly header?: string;

  /**
   * The whole value of `header`, 8 to 200 characters of ASCII.
   *
   * @default - none, where `body` is given
   */
  readonly headerValue?: string;
}

/**
 * How a node proves, on each health check, that it is of the load balancer. AWS gives the addresses of a load balancer to
 * others when it no longer needs them: a node that does not prove it gets no traffic after `fall` checks, whatever DNS says
 * and however long HAProxy keeps addresses.
 */
export class UpstreamIdentity {
  /**
   * By a certificate that HAProxy verifies: name and authority. With `tls` each connection proves it too, so that no
   * request ever reaches another host. In TCP mode without `tls` the health check alone makes a TLS handshake.
   */
  public static certificate(options: CertificateIdentityOptions = {}): UpstreamIdentity {
    checkArguments('UpstreamIdentity.certificate', options);
    return new UpstreamIdentity(options, undefined);
  }

  /**
   * By a response to the health check. This keeps out a host that has the address by chance. It does not keep out one that
   * knows the response: everybody who can send requests to the load balancer does.
   *
   * The health check is this request, so `healthCheck` has no `path` and no `host`.
   */
  public static response(options: ResponseIdentityOptions): UpstreamIdentity {
    checkArguments('UpstreamIdentity.response', options);
    return new UpstreamIdentity(undefined, options);
  }

  private constructor(
    /** What its certificate must have. Undefined where a response proves it. */
    public readonly certificateOptions?: CertificateIdentityOptions,
    /** What it must answer. Undefined where a certificate proves it. */
    public readonly responseOptions?: ResponseIdentityOptions,
  ) {}

  /**
   * The kind of proof, for the registry.
   *
   * @internal
   */
  public get _kind(): 'certificate' | 'response' {
    return this.certificateOptions === undefined ? 'response' : 'certificate';
  }
}
