import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import {
  type BaseService,
  type CfnService,
  DeploymentLifecycleLambdaTarget,
  DeploymentLifecycleStage,
  DeploymentStrategy,
} from 'aws-cdk-lib/aws-ecs';
import { type IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { InputError } from '../../haproxy/errors';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';
import { acknowledge } from '../acknowledge';
import { ACKNOWLEDGED } from '../findings';
import { type ControllerFunctionProps, controllerFunction } from './controller-function';
import { isRegistered } from './registered-services';

/** What ECS needs to call a gate. */
export interface GateAccess {
  /** The function of the gate. */
  readonly handler: IFunction;
  /** The role that ECS assumes to call it. */
  readonly role: IRole;
}

/**
 * Checks the tasks of a new revision before they take traffic: the code and the permissions of the controller, and a role
 * with which ECS may call this function alone.
 */
export class DeploymentGate extends Construct implements GateAccess {
  public readonly handler: LambdaFunction;
  public readonly role: Role;

  public constructor(scope: Construct, id: string, props: ControllerFunctionProps) {
    super(scope, id);
    acknowledge(this, ACKNOWLEDGED.oneCaller);
    this.handler = controllerFunction(this, 'index.gate', props, {
      description: 'Checks the HAProxy tasks of a new deployment before they take traffic',
    });
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] });
    this.role = new Role(this, 'Role', {
      description: 'For ECS, to ask the gate',
      assumedBy: new ServicePrincipal('ecs.amazonaws.com', {
        // AWS does not document that ECS sends it: without it, no deployment may fail.
        conditions: { StringEqualsIfExists: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: { Invoke: new PolicyDocument({ statements: [invoke] }) },
    });
  }
}

/** The gates of each service. */
const gates = new WeakMap<BaseService, Set<IFunction>>();

/** ECS calls hooks in deployments that start all new tasks first, and not in rolling ones (ECS guide, "Lifecycle hooks"). */
function refuseRolling(service: BaseService): void {
  const resource = service.node.tryFindChild('Service') as CfnService | undefined;
  if (resource === undefined) {
    throw new InputError(
      `${service.node.path} is imported, and the gate is a setting of the service: call gateDeployments where the service is made`,
    );
  }
  const { deploymentConfiguration } = resource;
  // Not resolved, because the CDK takes no hook after the first look at those of a service.
  const { strategy } = (deploymentConfiguration ?? {}) as CfnService.DeploymentConfigurationProperty;
  if (strategy === undefined || strategy === DeploymentStrategy.ROLLING) {
    throw new InputError(
      `${service.node.path} has a rolling deployment, which ECS does not gate: give it a blue/green, linear or canary one, or leave the gate out`,
    );
  }
}

/** The gate lets every revision of a service pass that is not in the registry. */
function warnIfUnregistered(service: BaseService, monitor: IDriftMonitor): void {
  Aspects.of(service).add({
    // The registration may come after the gate.
    visit: (construct) => {
      if (construct === service && !isRegistered(service, monitor)) {
        Annotations.of(service).addWarningV2(
          'cdk-haproxy-elb:unregistered-gate',
          `no proxy of this app registers ${service.node.path} with ${monitor.node.path}, so that its gate lets every revision pass: add a MonitoredHaproxy with this service`,
        );
      }
    },
  });
}

/** Makes ECS call a gate, once however often this is called, when the tasks of a new revision run and traffic still goes to the old ones. */
export function addGate(service: BaseService, monitor: IDriftMonitor, { handler, role }: GateAccess): void {
  const ofService = gates.get(service) ?? new Set();
  if (ofService.has(handler)) {
    return;
  }
  refuseRolling(service);
  gates.set(service, ofService.add(handler));
  warnIfUnregistered(service, monitor);
  const lifecycleStages = [DeploymentLifecycleStage.POST_SCALE_UP];
  service.addLifecycleHook(new DeploymentLifecycleLambdaTarget(handler, 'DriftGate', { role, lifecycleStages }));
}
