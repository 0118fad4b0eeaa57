import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { DriftMonitor, ElbUpstream, HaproxyElbProxy, HaproxyVersion } from '../lib';
import { parseDuration } from '../lib/haproxy/duration';
import { modelOf } from './model';
import type { Spec } from './spec';

/** One stack with every proxy of a spec, a cluster for them and their monitor. */
export class ProxiesStack extends Stack {
  public constructor(scope: Construct, spec: Spec) {
    super(scope, spec.stackName, { env: spec.environment });
    const { id, availabilityZones, privateSubnetIds } = spec.vpc;
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: id, availabilityZones, privateSubnetIds });
    // The route tables are of no use here, and the spec does not ask for them.
    Annotations.of(vpc).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
    const cluster = new Cluster(this, 'Cluster', { vpc });
    const monitor = new DriftMonitor(this, 'Monitor', { vpc });
    // A scope of their own: a proxy may be called like anything else in the stack.
    const proxies = new Construct(this, 'Proxies');
    for (const [name, proxy] of Object.entries(spec.proxies)) {
      const { mode } = modelOf(proxy);
      new HaproxyElbProxy(proxies, name, {
        upstream: ElbUpstream.fromDnsName(proxy.upstream.dnsName, {
          port: proxy.upstream.port,
          tls: proxy.upstream.tls ? {} : undefined,
          slots: proxy.slots,
        }),
        cluster,
        monitor,
        proxyName: name,
        version: HaproxyVersion.of(proxy.haproxyVersion),
        mode,
        listenPort: proxy.listenPort,
        resolution: {
          nameservers: proxy.nameservers,
          holdValid: Duration.millis(parseDuration(proxy.holdValid, 'holdValid')),
          holdObsolete:
            proxy.holdObsolete === undefined
              ? undefined
              : Duration.millis(parseDuration(proxy.holdObsolete, 'holdObsolete')),
        },
        desiredCount: proxy.desiredCount,
      });
    }
  }
}
