import { Token } from 'aws-cdk-lib';
import { Compatibility } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { InputError } from '../../haproxy/errors';
import type { HaproxyVersion, HaproxyVersionWarning } from '../../haproxy/version/version';
import type { ProxyCapacity } from '../../proxy/capacity';
import type { HaproxyElbProxyProps } from '../../proxy/haproxy-elb-proxy-props';
import type { ProxyIngress } from '../../proxy/ingress';
import { checkCount, checkName, MAX_TASKS, refuseTextToken, refuseTokens } from '../checks';

/** ECS limits a task definition to 65,536 bytes; what is not the configuration needs less than 4 KiB of it. */
export const MAX_CONFIG_BYTES = 61_440;

/** Refuses what cannot be deployed, before anything is made. What HAProxy itself would refuse, the renderer refuses. */
export function checkProxy(
  scope: Construct,
  props: HaproxyElbProxyProps,
  capacity: ProxyCapacity,
  ingress: ProxyIngress,
): void {
  const { cluster, vpc, image, imageDigest, stopTimeout, acceptProxyProtocol, proxyName } = props;
  if ((cluster === undefined) === (vpc === undefined)) {
    const given = cluster === undefined ? 'neither vpc nor cluster' : 'both vpc and cluster';
    throw new InputError(`${given} given for ${scope.node.path}: give one of them`);
  }
  if (cluster !== undefined && props.containerInsights !== undefined) {
    throw new InputError('containerInsights is a setting of the cluster: give it to yours, or leave cluster out');
  }
  checkName(proxyName);
  checkListenPort('listenPort', props.listenPort);
  checkListenPort('redirectPort', props.redirectPort);
  refuseTokens('stopTimeout', stopTimeout);
  refuseTokens('limits', props.limits);
  refuseTokens('resolution', props.resolution);
  refuseTokens('upstream', props.upstream.options);
  refuseTextToken('upstream.healthCheck.path', props.upstream.options.healthCheck?.path);
  for (const { name, pathPrefix, upstream } of props.routes ?? []) {
    refuseTextToken('name of a route', name);
    refuseTextToken(`pathPrefix of route '${name}'`, pathPrefix);
    refuseTokens(`upstream of route '${name}'`, upstream.options);
    refuseTextToken(`upstream of route '${name}'.healthCheck.path`, upstream.options.healthCheck?.path);
  }
  for (const what of ['allowFrom', 'denyFrom', 'requestHeaders', 'responseHeaders', 'rawLines'] as const) {
    refuseTokens(what, props[what]);
  }
  checkCount('desiredCount', props.desiredCount, 0, MAX_TASKS);
  if (imageDigest !== undefined && image !== undefined) {
    throw new InputError('image and imageDigest are both given: write the digest into image');
  }
  if (imageDigest !== undefined && !Token.isUnresolved(imageDigest) && !/^sha256:[0-9a-f]{64}$/.test(imageDigest)) {
    throw new InputError(`imageDigest '${imageDigest}' is not a digest: give sha256: and 64 digits from 0 to f`);
  }
  const stopSeconds = stopTimeout?.toSeconds({ integral: false }) ?? 0;
  if (stopSeconds > capacity._maxStopSeconds) {
    throw new InputError(
      `stopTimeout '${stopSeconds} s' is too long: give at most ${capacity._maxStopSeconds} s, the most that this capacity waits`,
    );
  }
  if (!Number.isInteger(stopSeconds)) {
    throw new InputError(`stopTimeout '${stopSeconds} s' is not usable: give whole seconds`);
  }
  if (acceptProxyProtocol === false && ingress._proxyProtocol) {
    throw new InputError(
      'acceptProxyProtocol is false, and the ingress sends the PROXY protocol: leave it out, or give proxyProtocol: false to the ingress',
    );
  }
}

function checkListenPort(what: string, port: number | undefined): void {
  refuseTokens(what, port);
  if (port === undefined) {
    return;
  }
  if (!(port >= 1024 && port <= 65535)) {
    throw new InputError(
      `${what} '${port}' is not usable: give a port from 1024 to 65535, because HAProxy does not run as root`,
    );
  }
}

/** What works and is not as it should be. */
export function warnOf(
  props: HaproxyElbProxyProps,
  version: HaproxyVersion,
  capacity: ProxyCapacity,
): HaproxyVersionWarning[] {
  const { enableExecuteCommand, desiredCount, upstream, routes = [], image } = props;
  const warnings = [...version.warnings];
  const warn = (id: string, message: string) => warnings.push({ id, message });
  if (enableExecuteCommand) {
    warn(
      'cdk-haproxy-elb:execute-command',
      'enableExecuteCommand makes the root file system writable and gives the task permissions: switch it off again after use',
    );
  }
  if (desiredCount === 1) {
    warn('cdk-haproxy-elb:single-task', 'desiredCount is 1: every failure of the task is an outage; give 2 or more');
  }
  // On instances it is the instance that fetches the image.
  const isFetchedByTask = image === undefined && capacity._compatibility === Compatibility.FARGATE;
  if (isFetchedByTask && !hasWayOut(props)) {
    warn(
      'cdk-haproxy-elb:no-way-out',
      `the tasks stand in public or isolated subnets and have no public address: they cannot fetch ${version.image}; give vpcSubnets with a NAT gateway, or an image of a registry for which the VPC has endpoints`,
    );
  }
  for (const { options } of [upstream, ...routes.map((route) => route.upstream)]) {
    if (options.tls?.verify === false) {
      warn(
        'cdk-haproxy-elb:unverified-upstream',
        `TLS to the load balancer at port ${options.port} is not verified: who gets one of its former addresses can answer in its place; leave verify out`,
      );
    }
  }
  return warnings;
}

/** Whether each subnet of the tasks has a NAT gateway or the like, as far as the VPC tells. */
function hasWayOut({ cluster, vpc = cluster!.vpc, vpcSubnets }: HaproxyElbProxyProps): boolean {
  const without = new Set([...vpc.publicSubnets, ...vpc.isolatedSubnets]);
  return !vpc.selectSubnets(vpcSubnets).subnets.some((subnet) => without.has(subnet));
}
