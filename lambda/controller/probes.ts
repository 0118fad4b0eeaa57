import pLimit from 'p-limit';
import type { RegistryRecord } from '../../lib/contract/registry-record';
import { lookUp } from '../probe/dns';
import { CONCURRENT_TASKS, readRuntime } from '../probe/runtime-client';
import { balancerReader } from './aws/load-balancer';
import { secretReader } from './aws/secrets';
import { listTasks } from './aws/tasks';
import type { Senses } from './check';
import type { Task } from './domain/observation';

/**
 * The senses of one run: what several proxies share is asked for once.
 *
 * @param functionArn ARN of the function that runs
 * @param deadline when no process is read any more, in milliseconds since 1970
 */
export function sensesOf(functionArn: string, deadline?: number): Senses {
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
      // Without the secret nothing of the proxy can be read, and none of its tasks is at fault.
      await tlsOf(record);
      return findTasks(record);
    },
    runtime: async (endpoint, record) => {
      const tls = await tlsOf(record);
      return limit(() => readRuntime(endpoint, { tls, deadline }));
    },
  };
}

async function findTasks({ tasks }: RegistryRecord): Promise<Task[]> {
  return 'endpoints' in tasks ? tasks.endpoints.map((endpoint) => ({ id: endpoint, endpoint })) : listTasks(tasks);
}
