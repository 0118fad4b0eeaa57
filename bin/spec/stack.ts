import { Annotations, Stack } from 'aws-cdk-lib';
import { type Connections, type IVpc, Peer, Port, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { CensusAccess, DriftHub, DriftMonitor, HaproxyElbProxy } from '../../lib';
import { NETWORK_LOAD_BALANCER } from '../../lib/private/options';
import type { EnvironmentSpec, HubSpec, ProxySpec, Spec } from './spec';
import { addCompliance, monitorPropsOf, propsOf } from './to-props';

/** The most characters of the name of a monitor. */
const MAX_NAME = 64;

/** One environment of a spec: a stack with its proxies, their cluster and their monitor. */
export class ProxiesStack extends Stack {
  public readonly monitor: DriftMonitor;

  public constructor(scope: Construct, spec: Spec, name: string) {
    const { account, region, vpc: vpcSpec, clusterName, proxies } = spec.environments[name]!;
    super(scope, `${spec.stackName}-${name}`, { env: { account, region } });
    const vpc = this.vpcOf(vpcSpec);
    const cluster = this.clusterOf(vpc, clusterName);
    const gate = Object.values(proxies).some(({ deployment }) => deployment?.gate);
    const monitorProps = monitorPropsOf(this, spec.monitor);
    this.monitor = new DriftMonitor(this, 'Monitor', {
      gate,
      // Unique in its account and region, and short enough for a name in all but the longest cases.
      monitorName: this.stackName.length > MAX_NAME ? undefined : this.stackName,
      ...monitorProps,
    });
    addCompliance(this, this.monitor, spec.monitor ?? {}, monitorProps.alarmActions);
    if (spec.hub !== undefined) {
      this.join(spec.hub);
    }
    // A separate scope, because a proxy may have any name.
    const scopeOfProxies = new Construct(this, 'Proxies');
    const imports = new Construct(this, 'Imports');
    for (const [proxyName, proxySpec] of Object.entries(proxies)) {
      const props = propsOf(new Construct(imports, proxyName), proxySpec);
      const proxy = new HaproxyElbProxy(scopeOfProxies, proxyName, {
        ...props,
        cluster,
        monitor: this.monitor,
        proxyName,
      });
      allowClients(proxy, proxySpec);
      if (proxySpec.deployment?.gate) {
        this.monitor.gateDeployments(proxy.service);
      }
    }
  }

  /** Forwards the incidents, and lets the census in. The roles of an account trust one of the hub, which is made first. */
  private join({ account, region, hubName, census }: HubSpec): void {
    const busArn = `arn:${this.partition}:events:${region}:${account}:event-bus/${hubName}`;
    this.monitor.forwardIncidents('Hub', DriftHub.fromBusArn(this, 'Hub', busArn));
    if (census !== undefined) {
      new CensusAccess(this, 'Census', {
        monitor: this.monitor,
        collectRoleArn: `arn:${this.partition}:iam::${account}:role/${census.censusName}-collect`,
        externalId: census.externalId,
      });
    }
  }

  private vpcOf({ id, availabilityZones, privateSubnetIds }: EnvironmentSpec['vpc']): IVpc {
    if (availabilityZones === undefined) {
      return Vpc.fromLookup(this, 'Vpc', { vpcId: id });
    }
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: id, availabilityZones, privateSubnetIds });
    // Nothing here uses the route tables, and the spec does not have them.
    Annotations.of(vpc).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
    return vpc;
  }

  private clusterOf(vpc: IVpc, clusterName: string | undefined): ICluster {
    return clusterName === undefined
      ? new Cluster(this, 'Cluster', { vpc, enableFargateCapacityProviders: true })
      : Cluster.fromClusterAttributes(this, 'Cluster', { clusterName, vpc, securityGroups: [] });
  }
}

/** Allows the clients that the file names where they come in. */
function allowClients(proxy: HaproxyElbProxy, { clients = [], ingress, redirectPort }: ProxySpec): void {
  const { networkLoadBalancer } = ingress ?? {};
  const outerPort =
    networkLoadBalancer === undefined
      ? redirectPort
      : (networkLoadBalancer.redirectPort ?? NETWORK_LOAD_BALANCER.redirectPort.default);
  for (const network of clients) {
    allow(proxy.connections, network, redirectPort === undefined ? undefined : outerPort);
  }
}

/** Allows a client at the default port, and at the port that redirects to HTTPS if there is one. */
function allow(connections: Connections, network: string, redirectPort: number | undefined): void {
  connections.allowDefaultPortFrom(peerOf(network), 'Client');
  if (redirectPort !== undefined) {
    connections.allowFrom(peerOf(network), Port.tcp(redirectPort), 'Client, to be redirected');
  }
}

function peerOf(network: string) {
  if (network.includes(':')) {
    return Peer.ipv6(network.includes('/') ? network : `${network}/128`);
  }
  return Peer.ipv4(network.includes('/') ? network : `${network}/32`);
}
