import { readBalancers } from './aws/load-balancers';
import { invokeProbe } from './aws/probe-client';
import { readSecrets } from './aws/secrets';
import type { TimeLimit } from './aws/time-limit';
import type { Probes } from './check';
import { endpointTasks, tasksOf } from './domain/task-source';
import { readListings } from './listings';
import { readAnswer } from './probe-answer';

/**
 * Probes that ask the APIs of AWS, and through the probe of a record what is in its VPC: for one proxy.
 *
 * @param functionArn ARN of the function that runs
 * @param time how long AWS may take
 * @param millis how long a probe may take
 */
export function createProbes(functionArn: string, time: TimeLimit, millis: number): Probes {
  return {
    balancer: async (upstream) => (await readBalancers([upstream], functionArn, time))(upstream),
    tasks: async ({ tasks: source, probe }) => {
      if ('endpoints' in source) {
        return { tasks: endpointTasks(source) };
      }
      const running = (await readListings([{ source, probe }], time))(source);
      if ('failed' in running) {
        throw new Error(running.failed);
      }
      return { ...running, tasks: tasksOf(running.listing, source) };
    },
    ask: async (questions, { probe, runtimeApiTls }) => {
      const request = {
        millis,
        ...questions,
        ...(runtimeApiTls && { tls: await readTls(runtimeApiTls.secretArn, time) }),
      };
      return readAnswer(await invokeProbe(probe, request), request);
    },
  };
}

async function readTls(arn: string, time: TimeLimit) {
  const secret = (await readSecrets([arn], time))(arn);
  if ('failed' in secret) {
    throw new Error(secret.failed);
  }
  return { [arn]: secret };
}
