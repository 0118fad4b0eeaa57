import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { ArnFormat, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import {
  CfnSecurityGroupEgress,
  type CfnSecurityGroupEgressProps,
  CfnSecurityGroupIngress,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { ArnPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';
import type { ProbeOptions } from '../../monitor/probe-options';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';
import { ACKNOWLEDGED, WILDCARDS } from '../findings';
import { warnOfOtherVpc } from '../other-vpc';
import { functionOf } from './controller-function';
import { functionRole, type OwnRole } from './function-role';

/**
 * The function that reads DNS and runtime APIs in one VPC. It has no permission but those that Lambda needs for its
 * network interfaces and its log. Each stack has one for each monitor and VPC.
 */
export class Probe extends Construct {
  /** The probe of a monitor in a VPC, in the stack of a construct. */
  public static of(scope: Construct, monitor: IDriftMonitor, vpc: IVpc, options: ProbeOptions = {}): Probe {
    const stack = Stack.of(scope);
    const { subnets } = vpc.selectSubnets(options.vpcSubnets);
    const of = [monitor.node.path, vpc.vpcId, ...subnets.map(({ subnetId }) => subnetId)];
    const groups = options.securityGroups ?? [];
    warnOfOtherVpc(scope, groups, vpc, 'the probe', 'Lambda does not create the function: give groups of that VPC');
    const key = [...of, ...groups.map(({ securityGroupId }) => securityGroupId), options.logGroup?.node.path].join();
    const same = (one: IConstruct): one is Probe => one instanceof Probe && one.key === key;
    // In the stack of the proxy, because that of the monitor must not depend on a VPC of it. In the monitor's own stack it
    // is a part of the monitor.
    const parent = Stack.of(monitor) === stack ? monitor : stack;
    // Two imports of a VPC are two constructs with one id.
    const existing = parent.node.children.find(same);
    if (existing !== undefined) {
      return existing;
    }
    const id = `DriftProbe${createHash('sha256').update(`${monitor.node.addr}${vpc.node.addr}`).digest('hex').slice(0, 8)}`;
    const others = parent.node.children.filter((one) => one.node.id.startsWith(id)).length;
    return new Probe(parent, others === 0 ? id : `${id}${others}`, key, { monitor, vpc, subnets, options });
  }

  /** The function. */
  public readonly handler: LambdaFunction;
  private readonly securityGroups: readonly ISecurityGroup[];
  /** The group of this construct, whose outbound rules are those of the processes and name servers. */
  private readonly ownGroup?: SecurityGroup;

  private constructor(
    scope: Construct,
    id: string,
    private readonly key: string,
    { monitor, vpc, subnets, options }: ProbeProps,
  ) {
    super(scope, id);
    acknowledge(this, ACKNOWLEDGED.ownPolicy, ACKNOWLEDGED.deadLetters, ACKNOWLEDGED.oneCaller);
    if (options.securityGroups === undefined) {
      this.ownGroup = new SecurityGroup(this, 'SecurityGroup', {
        vpc,
        description: 'Drift probe: asks DNS and runtime APIs; accepts nothing',
        allowAllOutbound: false,
      });
    }
    this.securityGroups = options.securityGroups ?? [this.ownGroup!];
    const logGroup =
      options.logGroup ??
      new LogGroup(this, 'LogGroup', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const { role, policy } = roleOf(this, logGroup, subnets, this.securityGroups);
    this.handler = new LambdaFunction(this, 'Handler', {
      ...functionOf('probe'),
      description: 'Reads DNS and runtime APIs of HAProxy for the drift monitor',
      handler: 'index.handler',
      vpc,
      vpcSubnets: { subnets: [...subnets] },
      // Without a public address it reaches nothing outside of the VPC, and needs nothing there.
      allowPublicSubnet: true,
      securityGroups: [...this.securityGroups],
      logGroup,
      role,
    });
    // At the creation of a function Lambda checks whether its role can create network interfaces.
    this.handler.node.addDependency(policy);
    // On the function and not in the policy of the monitor's role, which has a limited size.
    this.handler.addPermission('Controller', { principal: new ArnPrincipal(monitor.role.roleArn) });
  }

  /** Allows the probe to connect to tasks with a security group. The rules are in the stack of the probe. */
  public allowToTasks(group: ISecurityGroup, port: number, lastPort = port): void {
    const rule = { ipProtocol: 'tcp', fromPort: port, toPort: lastPort };
    const id = `${group.node.addr}${idOf(port)}${port === lastPort ? '' : `to${lastPort}`}`;
    for (const [i, source] of this.securityGroups.entries()) {
      // Two imports of a group are two constructs with one id.
      const isRule = (one: IConstruct) =>
        CfnSecurityGroupIngress.isCfnSecurityGroupIngress(one) &&
        one.groupId === group.securityGroupId &&
        one.sourceSecurityGroupId === source.securityGroupId &&
        one.fromPort === port &&
        one.toPort === lastPort;
      if (this.node.tryFindChild(`In${i}${id}`) !== undefined || this.node.children.some(isRule)) {
        continue;
      }
      new CfnSecurityGroupIngress(this, `In${i}${id}`, {
        ...rule,
        groupId: group.securityGroupId,
        sourceSecurityGroupId: source.securityGroupId,
        description: 'Drift probe: HAProxy',
      });
      this.allowOut(id, { ...rule, destinationSecurityGroupId: group.securityGroupId });
    }
  }

  /** Allows the probe to connect to tasks of which no security group is known. */
  public allowToAnyTask(port: number, lastPort = port): void {
    const any = Token.isUnresolved(port);
    this.allowToNetworks('tcp', '', any ? '' : `${port}`, any ? ANY_PORT : [port, lastPort]);
  }

  /** Allows the probe to connect to a process, `HOST:PORT`. */
  public allowToEndpoint(endpoint: string): void {
    this.allowToHost('tcp', endpoint);
  }

  /** Allows the probe to ask a name server, `IP:PORT`. The VPC's own resolver needs no rule. */
  public allowToNameserver(nameserver: string): void {
    this.allowToHost('udp', nameserver);
    this.allowToHost('tcp', nameserver);
  }

  private allowToHost(ipProtocol: 'tcp' | 'udp', endpoint: string): void {
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint) ?? [];
    this.allowToNetworks(ipProtocol, host, port, port === '' ? ANY_PORT : [Number(port), Number(port)]);
  }

  private allowToNetworks(
    ipProtocol: 'tcp' | 'udp',
    host: string,
    id: string,
    [fromPort, toPort]: readonly [number, number],
  ): void {
    for (const cidr of networksOf(host)) {
      this.allowOut(`${ipProtocol}${id}${cidr.replace('/', '-')}`, { ipProtocol, fromPort, toPort, ...cidrOf(cidr) });
    }
  }

  private allowOut(id: string, rule: Omit<CfnSecurityGroupEgressProps, 'groupId'>): void {
    if (this.ownGroup !== undefined && this.node.tryFindChild(`Out${id}`) === undefined) {
      new CfnSecurityGroupEgress(this, `Out${id}`, {
        ...rule,
        groupId: this.ownGroup.securityGroupId,
        description: 'Drift probe: HAProxy and its name servers',
      });
    }
  }
}

const ANY_PORT = [1, 65_535] as const;

/** What makes a probe. */
interface ProbeProps {
  readonly monitor: IDriftMonitor;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly options: ProbeOptions;
}

/** The networks that an address or a name may be in: a name, and an address known only at deployment, in any. */
function networksOf(host: string): string[] {
  switch (isIP(host)) {
    case 4:
      return [`${host}/32`];
    case 6:
      return [`${host}/128`];
    default:
      return ['0.0.0.0/0', '::/0'];
  }
}

function cidrOf(cidr: string): Pick<CfnSecurityGroupEgressProps, 'cidrIp' | 'cidrIpv6'> {
  return cidr.includes(':') ? { cidrIpv6: cidr } : { cidrIp: cidr };
}

function idOf(port: number): string {
  return Token.isUnresolved(port) ? '' : `${port}`;
}

const INTERFACE_ACTIONS = [
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** The permissions that Lambda needs to run a function in a VPC. The code of the function has none of them. */
function roleOf(
  scope: Construct,
  logGroup: ILogGroup,
  subnets: readonly ISubnet[],
  securityGroups: readonly ISecurityGroup[],
): OwnRole {
  const stack = Stack.of(scope);
  const ec2 = (resource: string, resourceName: string, account?: string) =>
    stack.formatArn({ service: 'ec2', resource, resourceName, account });
  const interfaces = ec2('network-interface', '*');
  const own = functionRole(scope, logGroup, [
    // IAM has no resource for these.
    new PolicyStatement({
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
      resources: ['*'],
    }),
    // In these subnets and with these security groups alone.
    new PolicyStatement({
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        interfaces,
        // A subnet that another account shares has that account in its ARN.
        ...subnets.map(({ subnetId }) => ec2('subnet', subnetId, '*')),
        ...securityGroups.map(({ securityGroupId }) => ec2('security-group', securityGroupId, '*')),
      ],
    }),
    new PolicyStatement({ actions: [...INTERFACE_ACTIONS], resources: [interfaces] }),
    // For Lambda, not for the code (AWS, "Giving Lambda functions access to resources in an Amazon VPC").
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        ...INTERFACE_ACTIONS,
      ],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'lambda:SourceFunctionArn': stack.formatArn({
            service: 'lambda',
            resource: 'function',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  ]);
  acknowledgeWildcards(own.policy, WILDCARDS['the probe']);
  return own;
}
