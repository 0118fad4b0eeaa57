import pLimit from 'p-limit';
import { OutOfTime } from '../../lib/contract/out-of-time';
import type {
  NameAnswer,
  NameQuery,
  ObservedRuntime,
  ProbeAnswer,
  ProbeRequest,
  ProcessAnswer,
  ProcessQuery,
} from '../../lib/contract/probe';
import { AnswerBudget } from './answer-budget';
import { ByteBudget } from './byte-budget';
import { lookUp } from './dns';
import { oneLine } from './reason';
import { checkName, checkProcess } from './request';
import { readQueriesSince, readRuntime } from './runtime-client';
import { readViews } from './views';

/** How many processes are read at the same time: Lambda gives a function 1,024 descriptors. */
const CONCURRENT_PROCESSES = 64;
/**
 * How many names are looked up at the same time, by two queries each. The resolver of a VPC takes 1,024 packets a second
 * from each network interface, and the functions of up to 8 calls may share one.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#vpc-dns-limits
 */
export const CONCURRENT_NAMES = 32;

/**
 * Asks DNS and the processes what a request asks. What cannot be asked, does not answer, answers something else or too
 * much is said in its own place; all others are read. Takes no longer than `millis` of the request.
 */
export async function probe(request: ProbeRequest): Promise<ProbeAnswer> {
  const deadline = Date.now() + request.millis;
  const [names, processes] = [pLimit(CONCURRENT_NAMES), pLimit(CONCURRENT_PROCESSES)];
  const [sent, answer] = [new ByteBudget(), new AnswerBudget()];
  const asked = new Map<string, Promise<NameAnswer>>();
  const result = {
    names: new Array<NameAnswer>(request.names.length),
    processes: new Array<ProcessAnswer>(request.processes.length),
  };
  await Promise.all([
    ...request.names.map(async (query, i) => {
      // Proxies may share a load balancer: each name is asked once.
      const key = JSON.stringify([query.name, query.nameservers]);
      const asking = asked.get(key) ?? names(() => askName(query, deadline));
      asked.set(key, asking);
      const found = await asking;
      result.names[i] = found;
      answer.add(found, () => {
        result.names[i] = notAnswered(`the answer of DNS for ${query.name} is too large for the answer of the probe`);
      });
    }),
    ...request.processes.map((query, i) =>
      processes(async () => {
        const read = await askProcess(query, request.tls, deadline, sent);
        result.processes[i] = read;
        answer.add(read, () => {
          result.processes[i] = { unreachable: tooLarge(read) };
        });
      }),
    ),
  ]);
  return result;
}

async function askName(query: NameQuery, deadline: number): Promise<NameAnswer> {
  try {
    checkName(query);
  } catch (error) {
    return notAnswered(oneLine((error as Error).message));
  }
  // A name that waited for too long would send its queries all the same.
  return Date.now() < deadline
    ? lookUp(query, deadline)
    : notAnswered(`DNS was not asked for ${query.name}: no time was left`);
}

function notAnswered(why: string): NameAnswer {
  return { addresses: [], largestAnswer: 0, unanswered: ['A', 'AAAA'], degraded: [why] };
}

async function askProcess(
  query: ProcessQuery,
  tls: ProbeRequest['tls'],
  deadline: number,
  budget: ByteBudget,
): Promise<ProcessAnswer> {
  try {
    checkProcess(query, tls);
    const material = query.tls === undefined ? undefined : tls![query.tls];
    const options = { tls: material, deadline, budget };
    const runtime: ObservedRuntime = await readRuntime(query.endpoint, options);
    if (query.views === undefined) {
      return { runtime };
    }
    const views = await readViews(query.views, deadline);
    const viewQueries = await readQueriesSince(query.endpoint, runtime, options);
    return { runtime: { ...runtime, views, ...(viewQueries.length > 0 && { viewQueries }) } };
  } catch (error) {
    return error instanceof OutOfTime ? { unchecked: true } : { unreachable: oneLine((error as Error).message) };
  }
}

function tooLarge(read: ProcessAnswer): string {
  const slots = 'runtime' in read ? read.runtime.slots.length : 0;
  return `its ${slots} servers are too many for the answer of the probe`;
}
