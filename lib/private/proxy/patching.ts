import { Annotations, Stack } from 'aws-cdk-lib';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { CustomState, DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { InputError } from '../../haproxy/errors';
import type { ProxyPatching } from '../../proxy/options';
import { acknowledge } from '../acknowledge';
import { ACKNOWLEDGED } from '../findings';
import { AS_IT_IS } from '../monitor/check-permissions';
import { schedulerRole } from '../scheduler-role';
import { isOfStack } from './load-balancer';
import type { SecretFile } from './secret-files';

/** Starts deployments of a service without a change of the app, with the task definition that it has. */
export function redeployOn(
  scope: Construct,
  service: BaseService,
  files: readonly SecretFile[],
  { schedule, onSecretChange = false }: ProxyPatching,
): void {
  if (schedule === undefined && !onSecretChange) {
    throw new InputError(
      'patching without schedule and onSecretChange replaces no task: give one of them, or leave it out',
    );
  }
  if (onSecretChange && files.length === 0) {
    throw new InputError(
      'patching.onSecretChange has no secret to follow: give listenTls or runtimeApiTls, or leave it out',
    );
  }
  if (schedule !== undefined) {
    redeployOnSchedule(scope, service, schedule);
  }
  if (onSecretChange) {
    warnOfFarSecrets(scope, files);
    redeployOnSecretChange(scope, service, files);
  }
}

/** Secrets Manager sends its events to the account and region of the secret. */
function warnOfFarSecrets(scope: Construct, files: readonly SecretFile[]): void {
  const far = files.filter(({ secret }) => !isOfStack(scope, secret.env)).map(({ what }) => what);
  if (far.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-haproxy-elb:far-secret',
      `patching.onSecretChange gets no event of ${[...new Set(far)].join(' and ')}, of another account or region: give patching a schedule as well, or forward the events of the secret to this account and region`,
    );
  }
}

const inputFor = ({ cluster, serviceArn }: BaseService) => ({
  Cluster: cluster.clusterArn,
  Service: serviceArn,
  ForceNewDeployment: true,
});

const mayRedeploy = ({ serviceArn }: BaseService) =>
  new PolicyStatement({ actions: ['ecs:UpdateService'], resources: [serviceArn], conditions: AS_IT_IS });

function redeployOnSchedule(
  scope: Construct,
  service: BaseService,
  schedule: NonNullable<ProxyPatching['schedule']>,
): void {
  new Schedule(scope, 'Patching', {
    description: 'Replaces the tasks of HAProxy, for the newest image of the tag and new values of secrets',
    schedule,
    target: new Universal({
      role: schedulerRole(scope, 'PatchingRole', {
        description: 'For EventBridge Scheduler, to replace the tasks of HAProxy',
      }),
      service: 'ecs',
      action: 'updateService',
      input: ScheduleTargetInput.fromObject(inputFor(service)),
      policyStatements: [mayRedeploy(service)],
    }),
  });
}

/**
 * A rule cannot call an API itself, so a state machine of one step does.
 *
 * The event: https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
function redeployOnSecretChange(scope: Construct, service: BaseService, files: readonly SecretFile[]): void {
  const deploy = new CustomState(scope, 'DeploySecrets', {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Stack.of(scope).partition}:states:::aws-sdk:ecs:updateService`,
      Parameters: inputFor(service),
      ResultPath: null,
      Retry: [
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 5, BackoffRate: 2, JitterStrategy: 'FULL' },
      ],
      End: true,
    },
  });
  const machine = new StateMachine(scope, 'SecretChange', {
    comment: 'Replaces the tasks of HAProxy, for new values of secrets',
    definitionBody: DefinitionBody.fromChainable(deploy),
  });
  machine.addToRolePolicy(mayRedeploy(service));
  acknowledge(machine, ACKNOWLEDGED.secretChange);
  new Rule(scope, 'SecretChangeRule', {
    description: 'A secret of HAProxy has a new current version',
    eventPattern: {
      source: ['aws.secretsmanager'],
      detailType: ['Secret Label Updated'],
      resources: [...new Set(files.map(({ secret: { secretFullArn, secretArn } }) => secretFullArn ?? secretArn))],
      detail: { labelUpdated: ['AWSCURRENT'] },
    },
    targets: [new SfnStateMachine(machine)],
  });
}
