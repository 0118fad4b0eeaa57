import type { NetworkInterface, NetworkInterfaceType } from '@aws-sdk/client-ec2';
import type { Service } from '@aws-sdk/client-ecs';
import { ACCOUNT, arnOf, REGION } from './arn';
import { AutoScalingGroups } from './auto-scaling-groups';
import { CloudMap } from './cloud-map';
import { DynamoTables } from './dynamodb';
import { EcsServices } from './ecs-services';
import { EventBus } from './event-bus';
import { Instances } from './instances';
import { LambdaFunctions } from './lambda-functions';
import { type ClientRouting, LoadBalancers } from './load-balancers';
import { NetworkInterfaces } from './network-interfaces';
import type { AwsHandlers } from './operations';
import { OpsItems } from './ops-items';
import { Secrets } from './secrets';
import { ssmParameters } from './ssm-parameters';

/** A load balancer to make. */
interface BalancerSettings {
  readonly name: string;
  /** @default 'app' */
  readonly type?: 'app' | 'net';
  /** @default 'internal' */
  readonly scheme?: 'internal' | 'internet-facing';
  /** Addresses of its network interfaces by zone, such as `{ 'eu-west-1a': ['10.0.1.4'] }`. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** Only of a Network Load Balancer. @default 'any_availability_zone' */
  readonly routing?: ClientRouting;
  /** @default 'active' */
  readonly state?: 'active' | 'active_impaired' | 'provisioning' | 'failed';
  /** @default - as AWS makes it */
  readonly dnsName?: string;
  /** @default 'vpc-1' */
  readonly vpc?: string;
}

/** A load balancer that was made. */
interface MadeBalancer {
  readonly arn: string;
  readonly dnsName: string;
}

/** A task without a network interface of its own (network modes `bridge` and `host`). */
interface TaskPlacement {
  /** Id of the EC2 instance or the managed node. */
  readonly instance: string;
  /** Ports of the instance that lead to its container. */
  readonly ports: readonly (readonly [container: number, host: number])[];
}

/** A service to make. */
interface ServiceSettings {
  readonly cluster: string;
  readonly name: string;
  /** Addresses of its running tasks, whose ids are `NAME-0` and so on. A task on an instance has none of its own. */
  readonly addresses: readonly (string | TaskPlacement)[];
  /** @default - as many as there are tasks */
  readonly desiredCount?: number;
  /** @default - one that is completed */
  readonly deployments?: Service['deployments'];
}

/** Where an interface that belongs to no load balancer is. */
interface StrangerSettings {
  readonly address: string;
  /** Such as `arn:aws:ecs:…:attachment/…` for a task of Fargate. */
  readonly description: string;
  /** @default 'interface' */
  readonly type?: NetworkInterfaceType;
  /** @default 'vpc-1' */
  readonly vpc?: string;
}

/**
 * One AWS account in one region, in memory. Tests fill it; `handlers` are its APIs with the limits and pages of AWS, and
 * `withQuotas` adds the limits of the rates.
 */
export class AwsAccount {
  public readonly loadBalancers = new LoadBalancers();
  public readonly interfaces = new NetworkInterfaces();
  public readonly ecs = new EcsServices();
  public readonly instances = new Instances();
  public readonly groups = new AutoScalingGroups();
  public readonly cloudMap = new CloudMap();
  public readonly tables = new DynamoTables();
  public readonly bus = new EventBus();
  public readonly functions = new LambdaFunctions();
  public readonly secrets = new Secrets();
  public readonly opsItems = new OpsItems();
  readonly #parameters: ReturnType<typeof ssmParameters>;
  #nextInterface = 1;

  /** @param parameters of Parameter Store: values by name */
  public constructor(parameters: Readonly<Record<string, string>> = {}) {
    this.#parameters = ssmParameters({ ...parameters });
  }

  /** Every API of the account. */
  public get handlers() {
    return {
      ...this.#parameters,
      ...this.opsItems.handlers,
      ...this.loadBalancers.handlers,
      ...this.interfaces.handlers,
      ...this.ecs.handlers,
      ...this.instances.handlers,
      ...this.groups.handlers,
      ...this.cloudMap.handlers,
      ...this.tables.handlers,
      ...this.bus.handlers,
      ...this.functions.handlers,
      ...this.secrets.handlers,
    } satisfies AwsHandlers;
  }

  /** Writes a parameter. */
  public setParameter(Name: string, Value: string): void {
    this.#parameters['ssm:PutParameter']({ Name, Value, Type: 'String', Overwrite: true });
  }

  /** Removes a parameter. */
  public deleteParameter(Name: string): void {
    this.#parameters['ssm:DeleteParameter']({ Name });
  }

  /** Makes a load balancer with its network interfaces; one with the same name is replaced, its interfaces too. */
  public setBalancer(settings: BalancerSettings): MadeBalancer {
    const { name, type = 'app', scheme = 'internal', zones, routing, state = 'active', vpc = 'vpc-1' } = settings;
    const id = Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16);
    const resource = `${type}/${name}/${id}`;
    const arn = arnOf('elasticloadbalancing', `loadbalancer/${resource}`);
    const start = scheme === 'internal' && type === 'app' ? 'internal-' : '';
    const domain = type === 'net' ? `elb.${REGION}.amazonaws.com` : `${REGION}.elb.amazonaws.com`;
    const dnsName = settings.dnsName ?? `${start}${name}-${id}.${domain}`;
    const description = `ELB ${resource}`;
    this.interfaces.delete((one) => one.Description === description);
    for (const [zone, addresses] of Object.entries(zones)) {
      for (const address of addresses) {
        this.#addInterface(address, {
          Description: description,
          AvailabilityZone: zone,
          VpcId: vpc,
          RequesterId: 'amazon-elb',
          InterfaceType: type === 'net' ? 'network_load_balancer' : 'interface',
          isPublic: scheme === 'internet-facing',
        });
      }
    }
    this.loadBalancers.set({
      LoadBalancerArn: arn,
      LoadBalancerName: name,
      DNSName: dnsName,
      Scheme: scheme,
      Type: type === 'net' ? 'network' : 'application',
      VpcId: vpc,
      State: { Code: state },
      AvailabilityZones: Object.entries(zones).map(([ZoneName, addresses]) => ({
        ZoneName,
        SubnetId: `subnet-${ZoneName}`,
        // Only a Network Load Balancer with fixed addresses has them here.
        LoadBalancerAddresses:
          type === 'net' && scheme === 'internal'
            ? addresses.map((PrivateIPv4Address) => ({ PrivateIPv4Address }))
            : [],
      })),
      attributes: {
        'deletion_protection.enabled': 'false',
        ...(type === 'net' && {
          'load_balancing.cross_zone.enabled': 'false',
          'dns_record.client_routing_policy': routing ?? 'any_availability_zone',
        }),
      },
    });
    return { arn, dnsName };
  }

  /** Makes a network interface of somebody else. */
  public addStranger({ address, description, type = 'interface', vpc = 'vpc-1' }: StrangerSettings): void {
    this.#addInterface(address, { Description: description, VpcId: vpc, InterfaceType: type, isPublic: false });
  }

  /** Makes a service with running tasks; one with the same name is replaced, its tasks too. */
  public setService({ cluster, name, addresses, desiredCount, deployments }: ServiceSettings): void {
    const tasks = addresses.map((value, i) => ({
      taskArn: arnOf('ecs', `task/${cluster}/${name}-${i}`),
      clusterArn: arnOf('ecs', `cluster/${cluster}`),
      group: `service:${name}`,
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      ...(typeof value === 'string'
        ? { attachments: [{ type: 'ElasticNetworkInterface', details: [{ name: 'privateIPv4Address', value }] }] }
        : {
            containerInstanceArn: this.ecs.setContainerInstance(cluster, value.instance),
            containers: [
              {
                name: 'haproxy',
                networkBindings: value.ports.map(([containerPort, hostPort]) => ({
                  bindIP: '0.0.0.0',
                  containerPort,
                  hostPort,
                  protocol: 'tcp' as const,
                })),
              },
            ],
          }),
    }));
    const count = desiredCount ?? addresses.length;
    this.ecs.set(cluster, name, {
      serviceArn: arnOf('ecs', `service/${cluster}/${name}`),
      serviceName: name,
      clusterArn: arnOf('ecs', `cluster/${cluster}`),
      status: 'ACTIVE',
      desiredCount: count,
      runningCount: tasks.length,
      pendingCount: 0,
      deployments: deployments ?? [{ status: 'PRIMARY', rolloutState: 'COMPLETED', desiredCount: count }],
      tasks,
    });
  }

  #addInterface(address: string, { isPublic, ...more }: Partial<NetworkInterface> & { isPublic: boolean }): void {
    const id = `eni-${String(this.#nextInterface).padStart(17, '0')}`;
    this.#nextInterface += 1;
    // The private address of a public one is of no interest to anybody.
    const inside = isPublic ? `10.255.${(this.#nextInterface >> 8) & 255}.${this.#nextInterface & 255}` : address;
    const family = address.includes(':')
      ? { Ipv6Addresses: [{ Ipv6Address: address }], PrivateIpAddresses: [] }
      : {
          PrivateIpAddress: inside,
          PrivateIpAddresses: [
            { PrivateIpAddress: inside, Primary: true, ...(isPublic && { Association: { PublicIp: address } }) },
          ],
        };
    this.interfaces.set({ NetworkInterfaceId: id, OwnerId: ACCOUNT, Status: 'in-use', ...more, ...family });
  }
}
