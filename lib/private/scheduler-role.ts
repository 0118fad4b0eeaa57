import { Stack } from 'aws-cdk-lib';
import { type PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Options of the role of a schedule. */
interface SchedulerRoleOptions {
  readonly description: string;
  readonly inlinePolicies?: Record<string, PolicyDocument>;
}

/** A role of EventBridge Scheduler, for schedules of this account alone. */
export function schedulerRole(scope: Construct, id: string, options: SchedulerRoleOptions): Role {
  const stack = Stack.of(scope);
  return new Role(scope, id, {
    ...options,
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': stack.account,
          'aws:SourceArn': stack.formatArn({
            service: 'scheduler',
            resource: 'schedule-group',
            resourceName: 'default',
          }),
        },
      },
    }),
  });
}
