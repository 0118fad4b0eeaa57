import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { ProxyPatching } from '../../proxy/options';
import { AS_IT_IS } from '../monitor/check-permissions';
import { schedulerRole } from '../scheduler-role';

/** Starts a deployment of a service on a schedule, with the task definition that it has. */
export function redeployOn(scope: Construct, service: BaseService, { schedule }: ProxyPatching): void {
  const input = { Cluster: service.cluster.clusterArn, Service: service.serviceArn, ForceNewDeployment: true };
  new Schedule(scope, 'Patching', {
    description: 'Replaces the tasks of HAProxy, for the newest image of the tag and new values of secrets',
    schedule,
    target: new Universal({
      role: schedulerRole(scope, 'PatchingRole', {
        description: 'For EventBridge Scheduler, to replace the tasks of HAProxy',
      }),
      service: 'ecs',
      action: 'updateService',
      input: ScheduleTargetInput.fromObject(input),
      policyStatements: [
        new PolicyStatement({
          actions: ['ecs:UpdateService'],
          resources: [service.serviceArn],
          conditions: AS_IT_IS,
        }),
      ],
    }),
  });
}
