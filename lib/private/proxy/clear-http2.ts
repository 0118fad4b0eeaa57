import { InputError } from '../../haproxy/errors';
import { HaproxyProtocol } from '../../haproxy/model/options';

/**
 * Refuses HTTP/2 in clear text to an Application Load Balancer, which has HTTP/2 on its HTTPS listeners alone (AWS's guide
 * of the Application Load Balancer, "Listener configuration").
 *
 * @param arn may be a token
 * @param type of its resource in the app: `application` or another
 */
export function refuseClearHttp2(
  { protocol, tls }: { readonly protocol?: HaproxyProtocol; readonly tls?: object },
  arn: string | undefined,
  type?: string,
): void {
  const isApplication = type === 'application' || arn?.includes(':loadbalancer/app/');
  if (protocol === HaproxyProtocol.HTTP2 && tls === undefined && isApplication) {
    throw new InputError(
      "protocol 'h2' to an Application Load Balancer needs TLS, because its HTTP listeners speak HTTP/1.1 alone: give tls, and the port of an HTTPS listener",
    );
  }
}
