/** HAProxy terminates TLS with a certificate from Secrets Manager, and uses TLS again to the load balancer. */
import { App, Stack } from 'aws-cdk-lib';
import { FlowLogDestination, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ElbUpstream, HaproxyElbProxy, HaproxyTlsVersion } from 'cdk-haproxy-elb';

export const app = new App();
const stack = new Stack(app, 'TlsTermination');
const vpc = new Vpc(stack, 'Vpc', { flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } } });

new HaproxyElbProxy(stack, 'Proxy', {
  vpc,
  listenPort: 8443,
  // A JSON object with `cert` and `key`, both PEM. Neither is in the template or in the task definition.
  listenTls: {
    // ECS needs the full ARN of a secret, with the 6 characters at its end.
    secret: Secret.fromSecretCompleteArn(
      stack,
      'Certificate',
      'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/certificate-AbCdEf',
    ),
    minVersion: HaproxyTlsVersion.V1_3,
  },
  // HAProxy redirects HTTP to HTTPS.
  redirectPort: 8080,
  upstream: ElbUpstream.fromDnsName('internal-shop-1234567890.eu-west-1.elb.amazonaws.com', {
    port: 443,
    tls: { serverName: 'shop.example.com' },
  }),
});
