import { Duration, RemovalPolicy, Resource, Size } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { MaximumExecutionFrequency } from 'aws-cdk-lib/aws-config';
import { SecurityGroup, Subnet } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListener,
  ListenerCertificate,
  ListenerCondition,
  NetworkTargetGroup,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { ITargetGroupRef, TargetGroupReference } from 'aws-cdk-lib/aws-vpclattice';
import type { Construct } from 'constructs';
import {
  type DriftCensusProps,
  DriftConfigRule,
  type DriftHubProps,
  type DriftMonitor,
  type DriftMonitorProps,
  ElbUpstream,
  type ElbUpstreamOptions,
  FixedUpstream,
  type HaproxyElbProxyProps,
  type IncidentSeverity,
  Locality,
  ProxyCapacity,
  type ProxyClientCertificates,
  ProxyDeployment,
  ProxyIngress,
  type ProxyShare,
  type ProxyTls,
  Repair,
  SecurityHubFindings,
  UpstreamIdentity,
} from '../../lib';
import { HaproxyLocality } from '../../lib/haproxy/model/options';
import type { HubSpec, ProxySpec, ShareSpec, Spec, UpstreamSpec } from './spec';
import { versionOf } from './to-model';
import { SpecDuration, SpecSize } from './values';

/** A value of a file with its times and sizes as `Duration` and `Size` of the CDK. */
type WithCdkUnits<T> = T extends SpecDuration
  ? Duration
  : T extends SpecSize
    ? Size
    : T extends object
      ? { [K in keyof T]: WithCdkUnits<T[K]> }
      : T;

function withCdkUnits<T>(value: T): WithCdkUnits<T> {
  if (value instanceof SpecDuration) {
    return Duration.millis(value.toMilliseconds()) as WithCdkUnits<T>;
  }
  if (value instanceof SpecSize) {
    return Size.bytes(value.toBytes()) as WithCdkUnits<T>;
  }
  if (Array.isArray(value)) {
    return value.map(withCdkUnits) as WithCdkUnits<T>;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withCdkUnits(one)])) as WithCdkUnits<T>;
  }
  return value as WithCdkUnits<T>;
}

/** Properties of the construct for a proxy of a spec. Resources that the file names by id or ARN are imported into the scope. */
export function propsOf(scope: Construct, proxy: ProxySpec): Omit<HaproxyElbProxyProps, 'vpc' | 'cluster' | 'monitor'> {
  const { haproxyVersion: _, clients: __, removalPolicy, logRetentionDays, image, ...spec } = proxy;
  const {
    upstream,
    shares,
    routes,
    listenTls,
    runtimeApiTls,
    capacity,
    scaling,
    deployment,
    ingress,
    patching,
    ...others
  } = withCdkUnits(spec);
  const { taskRoleArn, executionRoleArn, ...rest } = others;
  const role = (id: string, arn: string | undefined): IRole | undefined =>
    arn === undefined ? undefined : Role.fromRoleArn(scope, id, arn);
  const secret = (id: string, arn: string): ISecret => Secret.fromSecretCompleteArn(scope, id, arn);
  return {
    ...rest,
    version: versionOf(proxy),
    image: image === undefined ? undefined : ContainerImage.fromRegistry(image),
    upstream: elbUpstreamOf(scope, 'Upstream', upstream),
    shares: shares?.map((share, i) => shareOf(scope, `Share${i}`, share)),
    routes: routes?.map((route, i) => ({
      ...route,
      upstream: route.upstream && elbUpstreamOf(scope, `Route${i}`, route.upstream),
      shares: route.shares?.map((share, j) => shareOf(scope, `Route${i}Share${j}`, share)),
    })),
    listenTls: listenTls && tlsOf(listenTls, secret),
    runtimeApiTls: runtimeApiTls && {
      secret: secret('RuntimeApiSecret', runtimeApiTls.secretArn),
      checkerSecret:
        runtimeApiTls.checkerSecretArn === undefined
          ? undefined
          : secret('CheckerSecret', runtimeApiTls.checkerSecretArn),
    },
    taskRole: role('TaskRole', taskRoleArn),
    executionRole: role('ExecutionRole', executionRoleArn),
    capacity: capacity && capacityOf(capacity),
    scaling: scaling && {
      ...scaling,
      schedules: scaling.schedules?.map(({ cron, ...bounds }) => ({
        ...bounds,
        schedule: Schedule.expression(`cron(${cron})`),
      })),
    },
    patching: patching && {
      schedule: patching.cron === undefined ? undefined : ScheduleExpression.expression(`cron(${patching.cron})`),
      onSecretChange: patching.onSecretChange,
    },
    deployment: deployment && deploymentOf(scope, deployment),
    ingress: ingress && ingressOf(scope, ingress),
    logRetention: logRetentionDays,
    removalPolicy: removalPolicy === 'retain' ? RemovalPolicy.RETAIN : undefined,
  };
}

type TlsSpec = NonNullable<ProxySpec['listenTls']>;

function tlsOf(tls: TlsSpec, secret: (id: string, arn: string) => ISecret): ProxyTls {
  const { secretArn, additionalSecretArns, clientCertificates, ...rest } = tls;
  return {
    ...rest,
    secret: secret('ListenerSecret', secretArn),
    additionalSecrets: additionalSecretArns?.map((arn, i) => secret(`ListenerSecret${i + 2}`, arn)),
    clientCertificates: clientCertificates && clientCertificatesOf(clientCertificates, secret),
  };
}

function clientCertificatesOf(
  given: NonNullable<TlsSpec['clientCertificates']>,
  secret: (id: string, arn: string) => ISecret,
): ProxyClientCertificates {
  const { trustStoreSecretArn, revocationListSecretArn, ...rest } = given;
  return {
    ...rest,
    trustStoreSecret: secret('TrustStoreSecret', trustStoreSecretArn),
    revocationListSecret:
      revocationListSecretArn === undefined ? undefined : secret('RevocationListSecret', revocationListSecretArn),
  };
}

/** Properties of the monitor of a spec. */
export function monitorPropsOf(
  scope: Construct,
  spec: Spec['monitor'],
): Omit<DriftMonitorProps, 'gate' | 'monitorName'> {
  const {
    repair,
    alarmTopicArns,
    logRetentionDays,
    removalPolicy,
    configRule: _rule,
    securityHubFindings: _findings,
    ...rest
  } = withCdkUnits(spec);
  const topics = topicsOf(scope, alarmTopicArns);
  return {
    ...rest,
    logRetention: logRetentionDays,
    removalPolicy: removalPolicy === 'retain' ? RemovalPolicy.RETAIN : undefined,
    repair: repair && (repair === 'redeploy' ? Repair.redeploy() : Repair.dryRun()),
    alarmActions: topics,
    okActions: topics,
  };
}

/** What a spec file adds to its monitor for auditors. */
export function addCompliance(
  scope: Construct,
  monitor: DriftMonitor,
  { configRule, securityHubFindings }: NonNullable<Spec['monitor']>,
  alarmActions: DriftMonitorProps['alarmActions'],
): void {
  if (configRule !== undefined) {
    const maximumExecutionFrequency = configRule.maximumExecutionFrequency as MaximumExecutionFrequency | undefined;
    new DriftConfigRule(scope, 'ConfigRule', { monitor, maximumExecutionFrequency, alarmActions });
  }
  if (securityHubFindings !== undefined) {
    const minSeverity = securityHubFindings.minSeverity as IncidentSeverity | undefined;
    new SecurityHubFindings(scope, 'SecurityHubFindings', { monitor, minSeverity, alarmActions });
  }
}

/** The properties of a hub, and those of its census without the monitors that it asks. */
export function hubPropsOf(
  scope: Construct,
  spec: HubSpec,
): { hub: DriftHubProps; census?: Omit<DriftCensusProps, 'targets'> & Pick<Partial<DriftCensusProps>, 'targets'> } {
  const {
    account: _,
    region: __,
    elsewhere: ___,
    alarmTopicArns,
    logRetentionDays,
    census,
    minSeverity,
    ...rest
  } = withCdkUnits(spec);
  const shared = { alarmActions: topicsOf(scope, alarmTopicArns), logRetention: logRetentionDays };
  return {
    hub: { ...rest, ...shared, minSeverity: minSeverity as IncidentSeverity | undefined },
    ...(census !== undefined && {
      census: {
        ...census,
        ...shared,
        organizationId: spec.organizationId,
        objectLock: census.objectLock && lockOf(census.objectLock),
      },
    }),
  };
}

function lockOf({ mode, days }: { mode: 'governance' | 'compliance'; days: number }): ObjectLockRetention {
  return ObjectLockRetention[mode](Duration.days(days));
}

function topicsOf(scope: Construct, arns: readonly string[] | undefined): SnsAction[] | undefined {
  return arns?.map((arn, i) => new SnsAction(Topic.fromTopicArn(scope, `AlarmTopic${i}`, arn)));
}

function elbUpstreamOf(scope: Construct, id: string, upstream: WithCdkUnits<UpstreamSpec>): ElbUpstream {
  const { dnsName, loadBalancerArn, loadBalancerName, securityGroupIds, identity, locality, zones, ...rest } = upstream;
  const securityGroups = securityGroupIds?.map((group, i) =>
    SecurityGroup.fromSecurityGroupId(scope, `${id}SecurityGroup${i}`, group),
  );
  const options: ElbUpstreamOptions = {
    ...rest,
    securityGroups,
    identity: identity && identityOf(identity),
    locality: locality === HaproxyLocality.ZONE ? Locality.preferZone(zones) : undefined,
  };
  if (loadBalancerArn !== undefined) {
    return ElbUpstream.fromLoadBalancerArn(loadBalancerArn, options);
  }
  return loadBalancerName === undefined
    ? ElbUpstream.fromDnsName(dnsName!, options)
    : ElbUpstream.fromLoadBalancerName(loadBalancerName, options);
}

function identityOf({ certificate, response }: NonNullable<UpstreamSpec['identity']>): UpstreamIdentity {
  return response === undefined ? UpstreamIdentity.certificate(certificate) : UpstreamIdentity.response(response);
}

function shareOf(scope: Construct, id: string, { upstream, ...share }: WithCdkUnits<ShareSpec>): ProxyShare {
  const { addresses, locality, zones, ...options } = upstream;
  return {
    ...share,
    upstream:
      addresses === undefined
        ? elbUpstreamOf(scope, id, { ...options, locality, zones })
        : FixedUpstream.fromAddresses(addresses, options),
  };
}

const ARCHITECTURES = { x86_64: CpuArchitecture.X86_64, arm64: CpuArchitecture.ARM64 };

function capacityOf({ capacityProvider, cpuArchitecture, ...size }: NonNullable<ProxySpec['capacity']>): ProxyCapacity {
  return capacityProvider === undefined
    ? ProxyCapacity.fargate({ ...size, cpuArchitecture: cpuArchitecture && ARCHITECTURES[cpuArchitecture] })
    : ProxyCapacity.ec2({ ...size, capacityProviderStrategies: [{ capacityProvider, weight: 1 }] });
}

const DEPLOYMENTS = {
  rolling: ProxyDeployment.rolling,
  'blue-green': ProxyDeployment.blueGreen,
  linear: ProxyDeployment.linear,
  canary: ProxyDeployment.canary,
};

function deploymentOf(scope: Construct, spec: WithCdkUnits<NonNullable<ProxySpec['deployment']>>): ProxyDeployment {
  const { strategy, alarmNames, ...options } = spec;
  const alarms = alarmNames?.map((name, i) => Alarm.fromAlarmName(scope, `DeploymentAlarm${i}`, name));
  return DEPLOYMENTS[strategy]({ ...options, alarms });
}

function ingressOf(scope: Construct, spec: WithCdkUnits<NonNullable<ProxySpec['ingress']>>): ProxyIngress {
  const { none, applicationListener, latticeTargetGroupArn, networkLoadBalancer, privateDns, targetGroupArn } = spec;
  if (none) {
    return ProxyIngress.none();
  }
  if (networkLoadBalancer !== undefined) {
    const { subnetIds, certificateArns, accessLogsBucket, ...rest } = networkLoadBalancer;
    return ProxyIngress.networkLoadBalancer({
      ...rest,
      vpcSubnets: subnetIds && {
        subnets: subnetIds.map((id, i) => Subnet.fromSubnetId(scope, `FrontDoorSubnet${i}`, id)),
      },
      certificates: certificateArns?.map((arn) => ListenerCertificate.fromArn(arn)),
      accessLogs:
        accessLogsBucket === undefined ? undefined : Bucket.fromBucketName(scope, 'AccessLogs', accessLogsBucket),
    });
  }
  if (applicationListener !== undefined) {
    const { listenerArn, securityGroupId, priority, hosts, paths } = applicationListener;
    const securityGroup = SecurityGroup.fromSecurityGroupId(scope, 'ListenerSecurityGroup', securityGroupId);
    const attributes = { listenerArn, securityGroup };
    return ProxyIngress.applicationListener({
      listener: ApplicationListener.fromApplicationListenerAttributes(scope, 'Listener', attributes),
      priority,
      conditions: [
        ...(hosts === undefined ? [] : [ListenerCondition.hostHeaders(hosts)]),
        ...(paths === undefined ? [] : [ListenerCondition.pathPatterns(paths)]),
      ],
    });
  }
  if (latticeTargetGroupArn !== undefined) {
    return ProxyIngress.latticeTargetGroup(new LatticeTargetGroup(scope, 'LatticeTargetGroup', latticeTargetGroupArn));
  }
  if (privateDns !== undefined) {
    const { namespaceArn, namespaceName, ...rest } = privateDns;
    const cloudMapNamespace =
      namespaceArn === undefined
        ? undefined
        : PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(scope, 'Namespace', {
            namespaceArn,
            namespaceName: namespaceName!,
            namespaceId: namespaceArn.split('/').at(-1)!,
          });
    return ProxyIngress.privateDns({ ...rest, cloudMapNamespace });
  }
  return ProxyIngress.targetGroup(
    NetworkTargetGroup.fromTargetGroupAttributes(scope, 'TargetGroup', { targetGroupArn: targetGroupArn! }),
  );
}

/** A target group of VPC Lattice that exists: the CDK has no import of it. */
class LatticeTargetGroup extends Resource implements ITargetGroupRef {
  public readonly targetGroupRef: TargetGroupReference;

  public constructor(scope: Construct, id: string, targetGroupArn: string) {
    super(scope, id);
    this.targetGroupRef = { targetGroupArn };
  }
}
