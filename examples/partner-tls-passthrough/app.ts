/**
 * A partner's Network Load Balancer behind a load balancer of our own: HAProxy passes TLS through, and the partner gets our
 * clients' addresses in PROXY protocol headers.
 */
import { App, Stack } from 'aws-cdk-lib';
import { FlowLogDestination, Peer, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ElbUpstream, HaproxyElbProxy, HaproxyMode, ProxyIngress } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'Partner', { env: { region: 'eu-west-1' } });
const vpc = new Vpc(stack, 'Vpc', { flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } } });

const proxy = new HaproxyElbProxy(stack, 'Proxy', {
  vpc,
  mode: HaproxyMode.TCP,
  listenPort: 8443,
  upstream: ElbUpstream.fromDnsName('payments-0123456789abcdef.elb.eu-west-1.amazonaws.com', {
    port: 443,
    sendProxyProtocol: true,
  }),
  ingress: ProxyIngress.networkLoadBalancer({ port: 443, deletionProtection: true }),
});
proxy.connections.allowDefaultPortFrom(Peer.ipv4(vpc.vpcCidrBlock), 'Clients in this VPC');
