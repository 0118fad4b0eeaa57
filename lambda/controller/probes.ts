import pLimit from 'p-limit';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { lookUp } from '../probe/dns';
import { CONCURRENT_TASKS, readRuntime } from '../probe/runtime-client';
import { balancerReader } from './aws/load-balancer';
import { secretReader } from './aws/secrets';
import { listTasks } from './aws/tasks';
import type { Probes } from './check';
import { endpointTasks } from './local-probes';

/**
 * The probes of one run. Resources that several proxies share are read once.
 *
 * @param functionArn ARN of the function that runs
 * @param deadline when to stop reading processes, in milliseconds since 1970
 */
export function createProbes(functionArn: string, deadline?: number): Probes {
  const readBalancer = balancerReader(functionArn);
  const readSecret = secretReader();
  const tlsOf = async ({ runtimeApiTls }: RegistryRecord) => runtimeApiTls && readSecret(runtimeApiTls.secretArn);
  const limit = pLimit(CONCURRENT_TASKS);
  return {
    upstream: async (upstream, { nameservers }) => {
      const [dns, api] = await Promise.all([lookUp(upstream.dnsName, nameservers), readBalancer(upstream)]);
      return {
        ...api,
        ...dns,
        problems: [...dns.problems, ...api.problems],
        degraded: [...dns.degraded, ...api.degraded],
      };
    },
    tasks: async (record) => {
      // Without the secret no task of the proxy can be read, and the tasks are not the cause.
      await tlsOf(record);
      return 'endpoints' in record.tasks ? endpointTasks(record) : listTasks(record.tasks);
    },
    runtime: async (endpoint, record) => {
      const tls = await tlsOf(record);
      return limit(() => readRuntime(endpoint, { tls, deadline }));
    },
  };
}
