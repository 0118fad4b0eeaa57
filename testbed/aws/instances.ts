import type { Instance } from '@aws-sdk/client-ec2';
import type { InstanceInformation } from '@aws-sdk/client-ssm';
import { AwsError } from './aws-error';
import { pageOf } from './ec2-describe';
import type { AwsHandlers } from './operations';

/** An instance to make. */
interface InstanceSettings {
  readonly id: string;
  readonly address: string;
  /** @default 'running' */
  readonly state?: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopped';
  readonly tags?: Readonly<Record<string, string>>;
  readonly launchedAt?: Date;
}

/** What a filter compares, by its name. Those of tags have the key of the tag in their names. */
function filterOf(name: string): ((found: Instance) => readonly (string | undefined)[]) | undefined {
  const filters: Readonly<Record<string, (found: Instance) => readonly (string | undefined)[]>> = {
    'instance-id': ({ InstanceId }) => [InstanceId],
    'instance-state-name': ({ State }) => [State?.Name],
  };
  if (!name.startsWith('tag:')) {
    return filters[name];
  }
  const key = name.slice('tag:'.length);
  return ({ Tags = [] }) => Tags.filter(({ Key }) => Key === key).map(({ Value }) => Value);
}

/** The EC2 instances of the account, and the managed nodes of Systems Manager, with the limits and pages of the real APIs. */
export class Instances {
  readonly #instances = new Map<string, Instance>();
  readonly #nodes = new Map<string, InstanceInformation>();

  /** Makes an instance, or replaces the one with its id. */
  public set({ id, address, state = 'running', tags = {}, launchedAt = new Date(0) }: InstanceSettings): void {
    this.#instances.set(id, {
      InstanceId: id,
      PrivateIpAddress: address,
      State: { Name: state },
      LaunchTime: launchedAt,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
  }

  /** Makes a managed node: a machine that is not of EC2. */
  public setManagedNode(id: string, address: string): void {
    this.#nodes.set(id, { InstanceId: id, IPAddress: address, ResourceType: 'ManagedInstance' });
  }

  /** Terminates an instance: AWS names it for an hour more, without an address. */
  public terminate(id: string): void {
    this.#instances.set(id, { InstanceId: id, State: { Name: 'terminated' } });
  }

  public readonly handlers = {
    'ec2:DescribeInstances': ({ InstanceIds, ...input }) => {
      const missing = InstanceIds?.find((id) => !this.#instances.has(id));
      if (missing !== undefined) {
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${missing}' does not exist`);
      }
      const all =
        InstanceIds === undefined ? [...this.#instances.values()] : InstanceIds.map((id) => this.#instances.get(id)!);
      const { page, ...more } = pageOf(all, input, filterOf);
      return { Reservations: page.map((one) => ({ Instances: [one] })), ...more };
    },
    'ssm:DescribeInstanceInformation': ({ Filters = [], MaxResults = 10, NextToken = '0' }) => {
      if (MaxResults < 5 || MaxResults > 50) {
        throw new AwsError('ValidationException', `maxResults must be between 5 and 50, not ${MaxResults}`);
      }
      const found = [...this.#nodes.values()].filter((node) =>
        Filters.every(({ Key, Values = [] }) => Key === 'InstanceIds' && Values.includes(node.InstanceId ?? '')),
      );
      const from = Number(NextToken);
      const more = found.length > from + MaxResults ? { NextToken: String(from + MaxResults) } : {};
      return { InstanceInformationList: found.slice(from, from + MaxResults), ...more };
    },
  } satisfies AwsHandlers;
}
