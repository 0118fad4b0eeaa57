import type { HttpInstanceSummary } from '@aws-sdk/client-servicediscovery';
import { AwsError } from './aws-error';
import type { AwsHandlers } from './operations';

const MAX_RESULTS = 1000;

/** An instance of a service. */
interface RegisteredInstance {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** @default true */
  readonly healthy?: boolean;
}

/** The services of Cloud Map namespaces, with the limits of the real API. */
export class CloudMap {
  readonly #services = new Map<string, readonly RegisteredInstance[]>();

  /** Makes a service, or replaces its instances. */
  public set(namespace: string, service: string, instances: readonly RegisteredInstance[]): void {
    this.#services.set(`${namespace}/${service}`, instances);
  }

  public readonly handlers = {
    'servicediscovery:DiscoverInstances': ({
      NamespaceName,
      ServiceName,
      MaxResults = 100,
      HealthStatus = 'HEALTHY_OR_ELSE_ALL',
    }) => {
      if (MaxResults < 1 || MaxResults > MAX_RESULTS) {
        throw new AwsError('InvalidInput', `MaxResults must be between 1 and ${MAX_RESULTS}, not ${MaxResults}`);
      }
      const all = this.#services.get(`${NamespaceName}/${ServiceName}`);
      if (all === undefined) {
        throw new AwsError('ServiceNotFound', `Service not found: ${ServiceName}`);
      }
      const healthy = all.filter((one) => one.healthy ?? true);
      const asked = { HEALTHY: healthy, ALL: all, HEALTHY_OR_ELSE_ALL: healthy.length > 0 ? healthy : all }[
        HealthStatus as 'HEALTHY' | 'ALL' | 'HEALTHY_OR_ELSE_ALL'
      ];
      return {
        Instances: asked.slice(0, MAX_RESULTS).map(
          ({ id, attributes, healthy: isHealthy = true }): HttpInstanceSummary => ({
            InstanceId: id,
            NamespaceName,
            ServiceName,
            HealthStatus: isHealthy ? 'HEALTHY' : 'UNHEALTHY',
            Attributes: { ...attributes },
          }),
        ),
      };
    },
  } satisfies AwsHandlers;
}
