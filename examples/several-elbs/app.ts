/** One HAProxy in front of three load balancers: one by path, one by host name, one for everything else. */
import { App, Stack } from 'aws-cdk-lib';
import { FlowLogDestination, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ElbUpstream, HaproxyElbProxy } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'SeveralElbs');
const vpc = new Vpc(stack, 'Vpc', { flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } } });

new HaproxyElbProxy(stack, 'Proxy', {
  vpc,
  upstream: ElbUpstream.fromDnsName('internal-shop-1234567890.eu-west-1.elb.amazonaws.com', { port: 80 }),
  routes: [
    {
      name: 'api',
      pathPrefix: '/api/',
      upstream: ElbUpstream.fromDnsName('internal-api-1234567890.eu-west-1.elb.amazonaws.com', {
        port: 8080,
        healthCheck: { path: '/health' },
      }),
    },
    {
      name: 'accounts',
      host: 'accounts.example.com',
      // Looked up at deployment, because the load balancer has another DNS name in each account.
      upstream: ElbUpstream.fromLoadBalancerName('accounts', {
        port: 443,
        tls: { serverName: 'accounts.example.com' },
      }),
    },
  ],
});
