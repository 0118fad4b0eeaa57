import { Duration, Names, Token } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { type INamespace, NamespaceType, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { ProxyIngressBindOptions, ProxyIngressConfig } from '../../../proxy/ingress-bind';
import type { PrivateDnsOptions } from '../../../proxy/private-dns-options';
import { PRIVATE_DNS } from '../../options';
import { checkServiceName } from './service-name';

/** Registers the tasks under a name in Cloud Map. */
export function bindPrivateDns(
  scope: Construct,
  { cluster, service }: ProxyIngressBindOptions,
  options: PrivateDnsOptions,
): ProxyIngressConfig {
  const { dnsTtl = Duration.millis(PRIVATE_DNS.dnsTtl.default) } = options;
  const label = Names.uniqueResourceName(scope, { maxLength: 63, separator: '-' }).toLowerCase();
  const given = options.cloudMapNamespace ?? namespaceOf(cluster);
  const cloudMapNamespace =
    given ?? new PrivateDnsNamespace(scope, 'Namespace', { vpc: cluster.vpc, name: `${label}.internal` });
  const name = options.name ?? (given === undefined ? 'haproxy' : label);
  if (!Token.isUnresolved(name)) {
    checkServiceName(name);
  }
  service.enableCloudMap({ cloudMapNamespace, name, dnsTtl });
  return { dnsName: `${name}.${cloudMapNamespace.namespaceName}` };
}

/** The default namespace of a cluster, unless it is one for Service Connect alone, without DNS. */
function namespaceOf({ defaultCloudMapNamespace: namespace }: ICluster): INamespace | undefined {
  return namespace?.type === NamespaceType.DNS_PRIVATE ? namespace : undefined;
}
