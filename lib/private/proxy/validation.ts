import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { Compatibility, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { formatDuration } from '../../haproxy/duration';
import { InputError } from '../../haproxy/errors';
import { HaproxyLocality, PORTS, TRAFFIC } from '../../haproxy/model/options';
import { upstreamWarnings } from '../../haproxy/model/warnings';
import { ZONE_SCRIPT } from '../../haproxy/render/zone-script';
import type { HaproxyVersion, HaproxyVersionWarning } from '../../haproxy/version/version';
import type { ProxyCapacity } from '../../proxy/capacity';
import { ElbUpstream } from '../../proxy/elb-upstream';
import { FixedUpstream } from '../../proxy/fixed-upstream';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';
import type { ProxyIngress } from '../../proxy/ingress';
import type { ProxyResponse } from '../../proxy/options';
import type { ResponseIdentityOptions } from '../../proxy/upstream-identity';
import { checkCount, checkName, checkWholeSeconds, refuseTextToken, refuseTokens } from '../checks';
import { refuseSettings } from '../log-group';
import { SERVICE } from '../options';
import { sharesOf } from './configuration';
import { faultOfFixed } from './fixed-addresses';
import { isSame } from './load-balancer';
import { roleWarnings } from './roles';
import { type SecretFile, secretBytes, secretFilesOf } from './secret-files';
import type { StopTimes } from './stop-times';

/** ECS limits a task definition to 65,536 bytes; everything but the configuration needs less than 4 KiB of them. */
export const MAX_CONFIG_BYTES = 61_440;

/** What of these 4 KiB is for secrets: those of `listenTls` and `runtimeApiTls` with short names. */
const SECRET_BYTES = 1024;

/** The longest configuration of a task with these secrets and these networks of zones. */
export function maxConfigBytes(files: readonly SecretFile[], zones: string | undefined): number {
  const ofZones = zones === undefined ? 0 : Buffer.byteLength(JSON.stringify([zones, ZONE_SCRIPT]));
  return MAX_CONFIG_BYTES - Math.max(0, secretBytes(files) - SECRET_BYTES) - ofZones;
}

/** Refuses props that cannot be deployed, before any resource is created. The renderer refuses what HAProxy refuses. */
export function checkProxy(
  scope: Construct,
  props: HaproxyElbProxyProps,
  capacity: ProxyCapacity,
  ingress: ProxyIngress,
): void {
  const { cluster, vpc, image, imageDigest, stopTimeout, drainTime, acceptProxyProtocol, proxyName } = props;
  if ((cluster === undefined) === (vpc === undefined)) {
    const given = cluster === undefined ? 'neither vpc nor cluster' : 'both vpc and cluster';
    throw new InputError(`${given} given for ${scope.node.path}: give one of them`);
  }
  if (cluster !== undefined && props.containerInsights !== undefined) {
    throw new InputError(
      'containerInsights is given, and so is cluster, which has its own setting: set it on the cluster, or leave cluster out',
    );
  }
  if (cluster !== undefined) {
    refuseFarCluster(scope, cluster);
  }
  for (const setting of ['logGroup', 'logRetention', 'removalPolicy'] as const) {
    if (props.logDriver !== undefined && props[setting] !== undefined) {
      throw new InputError(
        `logDriver and ${setting} are both given: leave ${setting} out, or give logDriver: LogDrivers.awsLogs with a log group`,
      );
    }
  }
  refuseSettings(props, ['logRetention', 'removalPolicy']);
  if (props.encryptionKey !== undefined && props.monitor !== undefined && (props.logGroup ?? props.logDriver)) {
    throw new InputError(
      'encryptionKey is for a new log group or a new monitor, and both are given: leave it out, and encrypt those',
    );
  }
  checkArchitecture(props, capacity);
  checkName(proxyName);
  checkListenPort('listenPort', props.listenPort);
  checkListenPort('redirectPort', props.redirectPort);
  refuseTokens('stopTimeout', stopTimeout);
  refuseTokens('drainTime', drainTime);
  refuseTokens('limits', props.limits);
  refuseTokens('resolution', props.resolution);
  refuseUpstreamTokens('upstream', props.upstream.options);
  for (const { name, pathPrefix, upstream, fixedResponse } of props.routes ?? []) {
    refuseTextToken('name of a route', name);
    refuseTextToken(`pathPrefix of route '${name}'`, pathPrefix);
    refuseUpstreamTokens(`upstream of route '${name}'`, upstream?.options);
    refuseResponseTokens(`fixedResponse of route '${name}'`, fixedResponse);
  }
  for (const { name, percent, upstream } of sharesOf(props)) {
    refuseTextToken('name of a share', name);
    refuseTokens(`percent of share '${name}'`, percent);
    refuseUpstreamTokens(`upstream of share '${name}'`, upstream.options);
    if (upstream instanceof FixedUpstream) {
      const fault = faultOfFixed(upstream.options);
      if (fault !== undefined) {
        throw new InputError(`upstream of share '${name}' ${fault}`);
      }
      refuseTokens(`addresses of share '${name}'`, upstream._bind().addresses);
    }
  }
  refuseTextToken('shareStickiness.cookie', props.shareStickiness?.cookie);
  refuseTextToken('shareStickiness.header', props.shareStickiness?.header);
  for (const what of [
    'allowFrom',
    'denyFrom',
    'rateLimitExempt',
    'requestHeaders',
    'responseHeaders',
    'rawLines',
  ] as const) {
    refuseTokens(what, props[what]);
  }
  refuseTokens('errorPages', props.errorPages);
  for (const [i, page] of (props.errorPages ?? []).entries()) {
    refuseResponseTokens(`errorPages[${i}]`, page);
  }
  for (const [i, limit] of (props.rateLimits ?? []).entries()) {
    refuseTokens(`rateLimits[${i}]`, limit);
    refuseTextToken(`rateLimits[${i}].header`, limit.header);
  }
  for (const [option, value] of Object.entries(props.listenTls?.clientCertificates ?? {})) {
    refuseTextToken(`listenTls.clientCertificates.${option}`, typeof value === 'string' ? value : undefined);
  }
  checkSecrets(props);
  checkCount('desiredCount', props.desiredCount, SERVICE.desiredCount);
  if (imageDigest !== undefined && image !== undefined) {
    throw new InputError(
      'image and imageDigest are both given: leave imageDigest out, and write the digest into image',
    );
  }
  if (imageDigest !== undefined && !Token.isUnresolved(imageDigest) && !/^sha256:[0-9a-f]{64}$/.test(imageDigest)) {
    throw new InputError(`imageDigest '${imageDigest}' is not a digest: give sha256: and 64 hexadecimal digits`);
  }
  const stopSeconds = stopTimeout?.toSeconds({ integral: false }) ?? 0;
  if (stopSeconds > capacity._maxStopSeconds) {
    throw new InputError(
      `stopTimeout '${stopSeconds} s' is too long: give at most ${capacity._maxStopSeconds} s, the limit of this capacity`,
    );
  }
  checkWholeSeconds('stopTimeout', stopTimeout);
  checkWholeSeconds('drainTime', drainTime);
  if (acceptProxyProtocol === false && ingress.traits.proxyProtocol) {
    throw new InputError(
      'acceptProxyProtocol is false, and the ingress sends the PROXY protocol: leave acceptProxyProtocol out, or give proxyProtocol: false to the ingress',
    );
  }
}

/** A service is made in the account and region of its stack, where ECS looks for the cluster by its name alone. */
function refuseFarCluster(scope: Construct, cluster: ICluster): void {
  const { clusterArn, env } = cluster;
  // One that was imported by attributes says where it is in its ARN alone.
  const { account = env.account, region = env.region } = Token.isUnresolved(clusterArn)
    ? {}
    : Arn.split(clusterArn, ArnFormat.SLASH_RESOURCE_NAME);
  const stack = Stack.of(scope);
  for (const [what, there, here] of [
    ['account', account, stack.account],
    ['region', region, stack.region],
  ] as const) {
    if (!isSame(there, here)) {
      throw new InputError(
        `cluster ${cluster.node.path} is in ${what} ${there}, and the tasks in ${what} ${here}: give a cluster of the account and region of the stack`,
      );
    }
  }
}

/** Refuses the official image of a release that has none for the processors of the tasks. */
function checkArchitecture({ version, image }: HaproxyElbProxyProps, { _cpuArchitecture }: ProxyCapacity): void {
  const since = version?._arm64Since;
  if (_cpuArchitecture?._cpuArchitecture === 'ARM64' && image === undefined && since !== undefined) {
    throw new InputError(
      `HAProxy ${version} has no official image for ARM64, ${since} is the first: give version ${since} or later, an image of your own, or leave cpuArchitecture out`,
    );
  }
}

/** Refuses secrets that ECS does not find, and a certificate that is given twice. */
function checkSecrets(props: HaproxyElbProxyProps): void {
  for (const { what, secret } of secretFilesOf(props)) {
    refusePartialArn(what, secret);
  }
  const { secret, additionalSecrets = [] } = props.listenTls ?? {};
  const certificates = [secret, ...additionalSecrets].map((one) => one?.secretFullArn);
  for (const [i, arn] of certificates.entries()) {
    const first = certificates.indexOf(arn);
    if (first < i) {
      const other = first === 0 ? 'secret' : `additionalSecrets[${first - 1}]`;
      throw new InputError(
        `listenTls.additionalSecrets[${i - 1}] is the same secret as listenTls.${other}: give each secret once`,
      );
    }
  }
}

/** What a proof of identity expects must be known: a short text would prove nothing. */
function refuseUpstreamTokens(what: string, options: Partial<ElbUpstream['options']> | undefined): void {
  refuseTokens(what, options);
  refuseTextToken(`${what}.healthCheck.path`, options?.healthCheck?.path);
  const { host: _, ...texts }: Partial<ResponseIdentityOptions> = options?.identity?.responseOptions ?? {};
  for (const [name, text] of Object.entries(texts)) {
    refuseTextToken(`${what}.identity.response.${name}`, text);
  }
}

/** The size of a body must be known, and the characters in it that would end a line. */
function refuseResponseTokens(what: string, response: ProxyResponse | undefined): void {
  refuseTokens(what, response);
  refuseTextToken(`${what}.body`, response?.body);
  refuseTextToken(`${what}.contentType`, response?.contentType);
}

/** ECS finds a secret by its full ARN, which ends in 6 characters that Secrets Manager chose (ECS API, `valueFrom`). */
function refusePartialArn(what: string, secret: ISecret | undefined): void {
  if (secret === undefined) {
    return;
  }
  const { secretFullArn, secretArn } = secret;
  if (secretFullArn === undefined) {
    const given = Token.isUnresolved(secretArn) ? secret.node.path : secretArn;
    throw new InputError(
      `${what} '${given}' has no full ARN, which ECS needs: give Secret.fromSecretCompleteArn, whose ARN ends in '-' and 6 characters`,
    );
  }
}

function checkListenPort(what: keyof typeof PORTS, port: number | undefined): void {
  refuseTokens(what, port);
  if (port === undefined) {
    return;
  }
  const { min, max } = PORTS[what];
  if (!(Number.isInteger(port) && port >= min && port <= max)) {
    throw new InputError(
      `${what} '${port}' is out of range: give a whole number from ${min} to ${max}, because HAProxy does not run as root`,
    );
  }
}

/** Warnings: valid settings that need attention. */
export function warningsOf(
  props: HaproxyElbProxyProps,
  version: HaproxyVersion,
  capacity: ProxyCapacity,
  ingress: ProxyIngress,
  { drainTimeMillis }: StopTimes,
  leastTasks: readonly number[],
): HaproxyVersionWarning[] {
  const { enableExecuteCommand, scaling, upstream, routes = [], image, mode = TRAFFIC.mode.default } = props;
  const warnings = [...version.warnings];
  const warn = (id: string, message: string) => warnings.push({ id, message });
  warnings.push(...roleWarnings(props));
  if (enableExecuteCommand) {
    warn(
      'cdk-haproxy-elb:execute-command',
      'enableExecuteCommand makes the root file system writable and gives the task permissions: switch it off after use',
    );
  }
  if (leastTasks.includes(1)) {
    const what = scaling === undefined ? 'desiredCount' : 'minTasks';
    warn('cdk-haproxy-elb:single-task', `${what} is 1, so every failure of the task is an outage: give 2 or more`);
  }
  if (props.listenTls?.clientCertificates?.revocationListSecret !== undefined && props.patching === undefined) {
    warn(
      'cdk-haproxy-elb:unpatched-revocation-list',
      'tasks read revocationListSecret when they start, and without patching nothing starts new ones: a revoked certificate is accepted, and after the next update of the list no client is; give patching a shorter period than that of the list',
    );
  }
  // ECS waits for the deregistration delay of a load balancer before it stops a task, but not for answers of DNS.
  const answerMillis = ingress.traits.dnsTtl?.toMilliseconds() ?? 0;
  if (answerMillis > drainTimeMillis) {
    const [answer, drain] = [answerMillis, drainTimeMillis].map(formatDuration);
    warn(
      'cdk-haproxy-elb:short-drain',
      `clients may keep an address for ${answer} (dnsTtl), and a task that stops accepts connections for ${drain} (drainTime): give a dnsTtl of at most drainTime`,
    );
  }
  // On instances, the instance pulls the image.
  const isPulledByTask = image === undefined && capacity._compatibility === Compatibility.FARGATE;
  if (isPulledByTask && !hasEgress(props)) {
    warn(
      'cdk-haproxy-elb:no-way-out',
      `the tasks are in public or isolated subnets and have no public address, so they cannot pull ${version.image}: give vpcSubnets with a NAT gateway, or an image of a registry for which the VPC has endpoints`,
    );
  }
  const ofShares = sharesOf(props).map((share) => share.upstream);
  const upstreams = [upstream, ...routes.flatMap((route) => route.upstream ?? []), ...ofShares];
  return [
    ...warnings,
    ...upstreams.flatMap((one) =>
      one instanceof ElbUpstream
        ? upstreamWarnings(version, mode, namedOptionsOf(one), one._dnsName === undefined)
        : upstreamWarnings(version, mode, one.options),
    ),
  ];
}

function namedOptionsOf({ options, _dnsName: dnsName = '', _internetFacing: internetFacing }: ElbUpstream) {
  const { identity, locality, ...others } = options;
  return {
    ...others,
    dnsName,
    internetFacing,
    identity: identity && { certificate: identity.certificateOptions },
    locality: locality && HaproxyLocality.ZONE,
  };
}

/** Whether each subnet of the tasks has egress, such as a NAT gateway, if the app has that information. */
function hasEgress({ cluster, vpc = cluster!.vpc, vpcSubnets }: HaproxyElbProxyProps): boolean {
  const without = new Set([...vpc.publicSubnets, ...vpc.isolatedSubnets]);
  return !vpc.selectSubnets(vpcSubnets).subnets.some((subnet) => without.has(subnet));
}
