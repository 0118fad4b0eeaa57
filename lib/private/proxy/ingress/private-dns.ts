import { Duration, Names, Token } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { type INamespace, NamespaceType, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { InputError } from '../../../haproxy/errors';
import type { ProxyIngressBindOptions, ProxyIngressConfig } from '../../../proxy/ingress-bind';
import type { PrivateDnsOptions } from '../../../proxy/private-dns-options';
import { PRIVATE_DNS } from '../../options';

/** A label of a service with DNS (Cloud Map API, CreateService, `Name`). */
const LABEL = /^([A-Za-z0-9_][A-Za-z0-9_-]{0,61}[A-Za-z0-9_]|[A-Za-z0-9])$/;

/** Refuses what is no name of a service in Cloud Map. */
export function checkServiceName(name: string): void {
  if (Token.isUnresolved(name)) {
    return;
  }
  if (name.length > 127 || !name.split('.').every((label) => LABEL.test(label))) {
    throw new InputError(
      `name '${name}' of the ingress is not valid: give letters, digits, '-', '_' and '.', at most 127 characters, 63 between dots`,
    );
  }
}

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
  checkServiceName(options.name ?? label);
  const name = options.name ?? (given === undefined ? 'haproxy' : label);
  service.enableCloudMap({ cloudMapNamespace, name, dnsTtl });
  return { dnsName: `${name}.${cloudMapNamespace.namespaceName}` };
}

/** The default namespace of a cluster, unless it is one for Service Connect alone, without DNS. */
function namespaceOf({ defaultCloudMapNamespace: namespace }: ICluster): INamespace | undefined {
  return namespace?.type === NamespaceType.DNS_PRIVATE ? namespace : undefined;
}
