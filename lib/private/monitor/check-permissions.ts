import { Names, Stack, Token } from 'aws-cdk-lib';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import { type CfnPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IConstruct } from 'constructs';
import { InputError } from '../../haproxy/errors';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';
import { ACKNOWLEDGED, WILDCARDS } from '../findings';
import { arnBytes } from './arn-bytes';
import { throughService } from './decryption';

/** IAM's limit for all inline policies of a role together, white space left out. */
const MAX_POLICY_BYTES = 10_240;
/** IAM's limit for the name of a policy. */
const MAX_POLICY_NAME = 128;
/** Least size of the own policy of a monitor of another app. */
const OWN_BYTES = 1400;

/** Of `ecs:UpdateService`: a redeployment brings no other task definition, and no shell. */
export const AS_IT_IS = { Null: { 'ecs:task-definition': 'true', 'ecs:enable-execute-command': 'true' } };

/** Least sizes of the policies of each monitor's role, bytes. */
const sizes = new WeakMap<IConstruct, Map<Policy | undefined, number>>();

/**
 * The permissions of a monitor for the proxies of one stack.
 *
 * The policy is in the stack of the proxies: in the monitor's own stack it would make the two stacks depend on each
 * other. It names every cluster, service and secret once, because IAM limits the size of a role's policies.
 */
export class CheckPermissions extends Policy {
  /** The permissions that belong to the stack of a construct. */
  public static of(scope: Construct, monitor: IDriftMonitor): CheckPermissions {
    return CheckPermissions.find(scope, monitor) ?? new CheckPermissions(Stack.of(scope), idOf(monitor), monitor);
  }

  /** The same; undefined where nothing needs a permission. */
  public static find(scope: Construct, monitor: IDriftMonitor): CheckPermissions | undefined {
    return Stack.of(scope).node.tryFindChild(idOf(monitor)) as CheckPermissions | undefined;
  }

  private readonly statements = new Map<string, PolicyStatement>();
  private readonly clusters = new Set<string>();
  private readonly clustersOfInstances = new Set<string>();
  private readonly namespaces = new Set<string>();
  private readonly cloudMapServices = new Set<string>();

  private constructor(
    scope: Construct,
    id: string,
    private readonly monitor: IDriftMonitor,
  ) {
    super(scope, id, { roles: [monitor.role] });
    // A role has one inline policy of each name. The CDK's own name is the logical id, which may be the same in several
    // stacks. This name contains the name of the stack.
    const policyName = Names.uniqueResourceName(this, { maxLength: MAX_POLICY_NAME, separator: '-' });
    (this.node.defaultChild as CfnPolicy).policyName = policyName;
    acknowledge(this, ACKNOWLEDGED.ownPolicy);
    acknowledgeWildcards(this, WILDCARDS['the controller, for the proxies of a stack']);
  }

  /** Allows to find the services and the tasks of a cluster. */
  public findTasks(clusterArn: string): void {
    if (this.clusters.has(clusterArn)) {
      return;
    }
    this.clusters.add(clusterArn);
    // ListTasks has no resource for the cluster; the condition limits all three.
    this.allow(['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks'], '*', {
      ArnEquals: { 'ecs:cluster': [...this.clusters] },
    });
  }

  /**
   * Allows to find the addresses of the container instances of a cluster.
   *
   * @param external whether they are machines outside of AWS, which Systems Manager knows
   */
  public findContainerInstances(clusterArn: string, external: boolean): void {
    this.clustersOfInstances.add(clusterArn);
    this.allow(['ecs:DescribeContainerInstances'], '*', {
      ArnEquals: { 'ecs:cluster': [...this.clustersOfInstances] },
    });
    external ? this.allow(['ssm:DescribeInstanceInformation'], '*') : this.findInstances();
  }

  /** Allows to find EC2 instances: IAM has no resource for it. */
  public findInstances(): void {
    this.allow(['ec2:DescribeInstances'], '*');
  }

  /** Allows to find the instances of Auto Scaling groups: IAM has no resource for it. */
  public findGroups(): void {
    this.allow(['autoscaling:DescribeAutoScalingGroups'], '*');
    this.findInstances();
  }

  /** Allows to find the instances of a Cloud Map service. */
  public discover(namespace: string, service: string): void {
    this.namespaces.add(namespace);
    this.cloudMapServices.add(service);
    this.allow(['servicediscovery:DiscoverInstances'], '*', {
      StringEquals: {
        'servicediscovery:NamespaceName': [...this.namespaces],
        'servicediscovery:ServiceName': [...this.cloudMapServices],
      },
    });
  }

  /** Allows to redeploy a service as it is: with the same task definition, and without a shell. */
  public redeploy(serviceArn: string): void {
    this.allow(['ecs:UpdateService'], serviceArn, AS_IT_IS);
  }

  /** Allows to check the revisions of a service. */
  public checkRevisions({ cluster, serviceName, serviceArn }: BaseService): void {
    this.findTasks(cluster.clusterArn);
    const resourceName = `${cluster.clusterName}/${serviceName}/*`;
    for (const resource of [
      serviceArn,
      Stack.of(this).formatArn({ service: 'ecs', resource: 'service-revision', resourceName }),
    ]) {
      this.allow(['ecs:DescribeServiceRevisions'], resource);
    }
  }

  /** Allows to read a secret. */
  public readSecret(secret: ISecret): void {
    // The suffix of an ARN that Secrets Manager adds is not always known.
    this.allow(['secretsmanager:GetSecretValue'], secret.secretFullArn ?? `${secret.secretArn}-??????`);
    if (secret.encryptionKey !== undefined) {
      this.allow(['kms:Decrypt'], secret.encryptionKey.keyArn, {
        StringEquals: throughService('secretsmanager', this),
      });
    }
  }

  /** Allows actions on a further resource, in the one statement of these actions. */
  private allow(actions: string[], resource: string, conditions: Record<string, object> = {}): void {
    const key = actions.join();
    const statement = this.statements.get(key) ?? new PolicyStatement({ actions });
    if (!this.statements.has(key)) {
      this.statements.set(key, statement);
      this.addStatements(statement);
    }
    if (!statement.resources.includes(resource)) {
      statement.addResources(resource);
    }
    statement.addConditions(conditions);
    this.checkSize();
  }

  /** Counts only what is certain, so that it refuses nothing that IAM would accept. */
  private checkSize(): void {
    const own = this.monitor.node.tryFindChild('Policy');
    const known = sizes.get(this.monitor) ?? new Map([[undefined, own instanceof Policy ? sizeOf(own) : OWN_BYTES]]);
    sizes.set(this.monitor, known.set(this, sizeOf(this)));
    const total = [...known.values()].reduce((sum, size) => sum + size, 0);
    if (total > MAX_POLICY_BYTES) {
      throw new InputError(
        `the policies of ${this.monitor.node.path} have at least ${total} characters, and IAM allows a role ${MAX_POLICY_BYTES}: give some of the proxies another DriftMonitor`,
      );
    }
  }
}

/** Least size of a policy as IAM counts it: without white space, with the values that CloudFormation fills in. */
function sizeOf({ document }: Policy): number {
  const fill = (_: string, value: unknown) =>
    typeof value === 'string' && Token.isUnresolved(value) ? '-'.repeat(arnBytes(value)) : value;
  return JSON.stringify(document.toJSON(), fill).length;
}

function idOf(monitor: IDriftMonitor): string {
  return `DriftCheck${monitor.node.addr}`;
}
