import { Stack, Stage, Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import { REGISTRY_FOLDER, type RegistryRecord, type RegistryUpstream } from '../../contract/registry-record';
import { InputError } from '../../haproxy/errors';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';
import type { HaproxyTasks } from '../../monitor/haproxy-tasks';
import type { IncidentSuppression } from '../../monitor/suppression';
import { CheckPermissions } from './check-permissions';
import type { Probe } from './probe';
import { suppressionsOf } from './suppressions';

/** SSM's limit for a standard parameter. */
const MAX_RECORD_BYTES = 4096;

/** How long an ELB's DNS records live (AWS, "DNS failover" in the guide of Application Load Balancers). */
export const ELB_TTL_MILLIS = 60_000;

/** The data of a proxy that its monitor needs. */
interface Registration {
  readonly proxyName: string;
  /** The branch or release that the configuration was made for. */
  readonly haproxyVersion?: string;
  readonly upstreams: readonly RegistryUpstream[];
  readonly nameservers?: readonly string[];
  readonly tasks: HaproxyTasks;
  /** Port of the health listener where each process says what its own resolver answers. */
  readonly viewPort?: number;
  readonly runtimeApiTls?: ISecret;
  readonly suppressions?: readonly IncidentSuppression[];
  /** Time between two DNS queries of each process. */
  readonly resolutionMillis: number;
  /** How long an address counts as live after it was last in an answer. */
  readonly dnsWindowMillis: number;
  /** How long a slot without an answer keeps its address. */
  readonly holdMillis: number;
}

/** Names of the proxies of each registry of an app, with the paths of the constructs that have them. */
const names = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Registers a proxy with a monitor: a parameter, permissions, a probe in the VPC of the processes and security group
 * rules for it, all in the stack of the scope. Returns the probe.
 */
export function register(scope: Construct, monitor: IDriftMonitor, registration: Registration): Probe {
  const { proxyName, upstreams, nameservers, viewPort, runtimeApiTls } = registration;
  const suppressions = suppressionsOf(registration.suppressions);
  checkEnvironment(scope, monitor);
  takeName(scope, monitor, proxyName);
  if (runtimeApiTls !== undefined) {
    CheckPermissions.of(scope, monitor).readSecret(runtimeApiTls);
  }
  const { source, probe } = registration.tasks._bind(scope, monitor, viewPort);
  for (const nameserver of nameservers ?? []) {
    probe.allowToNameserver(nameserver);
  }
  const record: RegistryRecord = {
    proxy: proxyName,
    haproxyVersion: registration.haproxyVersion,
    upstreams,
    nameservers,
    tasks: source,
    probe: probe.handler.functionArn,
    viewPort,
    runtimeApiTls: runtimeApiTls && { secretArn: runtimeApiTls.secretArn },
    resolutionSeconds: registration.resolutionMillis / 1000,
    dnsWindowSeconds: registration.dnsWindowMillis / 1000,
    holdSeconds: registration.holdMillis / 1000,
    graceChecks: monitor.graceChecks,
    suppressions,
  };
  const bytes = Buffer.byteLength(JSON.stringify(record));
  if (bytes > MAX_RECORD_BYTES) {
    throw new InputError(
      `the registry record of '${proxyName}' has ${bytes} bytes, and an SSM parameter holds at most ${MAX_RECORD_BYTES}: give fewer upstreams, name servers, endpoints or suppressions`,
    );
  }
  const parameter = new StringParameter(scope, 'Registration', {
    description: 'Read by the drift monitor: what to check',
    // The name has slashes, also where it is a token.
    simpleName: false,
    parameterName: `${monitor.registryPath}/${REGISTRY_FOLDER}/${proxyName}`,
    stringValue: Stack.of(scope).toJsonString(record),
  });
  // What is registered is checked at once: the permissions come first.
  const permissions = CheckPermissions.find(scope, monitor);
  parameter.node.addDependency(probe, ...(permissions === undefined ? [] : [permissions]));
  return probe;
}

/**
 * Account and region of a construct; the stage in place of an unknown one, because stages may be deployed to different
 * places.
 */
function environmentOf(scope: Construct): string[] {
  const { account, region } = Stack.of(scope);
  return [account, region].map((part) => (Token.isUnresolved(part) ? `${Stage.of(scope)?.node.path}` : part));
}

/** A monitor reads the registry of its own account and region. */
function checkEnvironment(scope: Construct, monitor: IDriftMonitor): void {
  const [here, there] = [Stack.of(scope), Stack.of(monitor)];
  for (const part of ['account', 'region'] as const) {
    if (!Token.isUnresolved(here[part]) && !Token.isUnresolved(there[part]) && here[part] !== there[part]) {
      throw new InputError(
        `${scope.node.path} is in ${part} ${here[part]}, its monitor ${monitor.node.path} in ${there[part]}: make a DriftMonitor in each account and region`,
      );
    }
  }
}

function takeName(scope: Construct, monitor: IDriftMonitor, name: string): void {
  const root = scope.node.root;
  const taken = names.get(root) ?? new Map<string, string>();
  names.set(root, taken);
  const key = [...environmentOf(scope), monitor.registryPath, name].join('/');
  const owner = taken.get(key);
  if (owner !== undefined) {
    throw new InputError(
      `proxyName '${name}' is already the name of ${owner}: give each proxy of a monitor its own name`,
    );
  }
  taken.set(key, scope.node.path);
}
