import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { ServiceSource } from '../../../lib/contract/registry-record';
import { ecs } from './tasks';

/**
 * Whether a deployment of a service is in progress. One that failed stays listed until the next one, and is none.
 */
export async function isDeploying({ cluster, service }: ServiceSource): Promise<boolean> {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const deployments = services
    .flatMap((found) => found.deployments ?? [])
    .filter(({ rolloutState }) => rolloutState !== 'FAILED');
  return deployments.length > 1 || deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS');
}

/** Replaces every task of a service by a new one of the same revision, by its deployment settings. */
export async function redeploy({ cluster, service }: ServiceSource): Promise<void> {
  await ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
}
