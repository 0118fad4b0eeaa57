import type { AutoScalingGroup, LifecycleState } from '@aws-sdk/client-auto-scaling';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

const MAX_PAGE = 100;

/** An instance of a group. */
interface GroupMember {
  readonly id: string;
  /** @default 'InService' */
  readonly state?: LifecycleState;
  /** @default true */
  readonly healthy?: boolean;
}

/** The Auto Scaling groups of the account, with the limits and pages of the real API. */
export class AutoScalingGroups {
  readonly #groups = new Map<string, AutoScalingGroup>();

  /** Makes a group, or replaces it. */
  public set(name: string, members: readonly GroupMember[], desired = members.length): void {
    const Instances = members.map(({ id, state = 'InService', healthy = true }) => ({
      InstanceId: id,
      AvailabilityZone: 'eu-west-1a',
      LifecycleState: state,
      HealthStatus: healthy ? 'Healthy' : 'Unhealthy',
      ProtectedFromScaleIn: false,
    }));
    this.#groups.set(name, {
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: 100,
      DesiredCapacity: desired,
      DefaultCooldown: 300,
      AvailabilityZones: ['eu-west-1a'],
      HealthCheckType: 'EC2',
      CreatedTime: new Date(0),
      Instances,
    });
  }

  public readonly handlers = {
    'autoscaling:DescribeAutoScalingGroups': ({ AutoScalingGroupNames = [], MaxRecords = 50, NextToken = '0' }) => {
      const size = Number(MaxRecords);
      if (!(size >= 1 && size <= MAX_PAGE)) {
        throw new AwsError('ValidationError', `MaxRecords must be between 1 and ${MAX_PAGE}, not ${MaxRecords}`);
      }
      // A name without a group is no error.
      const found = AutoScalingGroupNames.flatMap((name) => this.#groups.get(name) ?? []);
      const from = Number(NextToken);
      const more = found.length > from + size ? { NextToken: String(from + size) } : {};
      return { AutoScalingGroups: found.slice(from, from + size), ...more };
    },
  } satisfies AwsHandlers;
}
