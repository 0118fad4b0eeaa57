/**
 * `npm run strangers`: while DNS does not answer, a stranger that answers 200 to everything gets one of two addresses of a
 * load balancer. Prints how many requests each proxy sends to it, with and without a proof of identity. A minute, or as
 * many as `-- --minutes 10` gives.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { STRANGER } from '../testbed/identity';
import { LoadBalancer, nodeAddress } from '../testbed/load-balancer';
import { request } from '../testbed/request';
import { type Competitor, PERIODS, provingCompetitors } from './elb/competitors';

/** Requests a second to each proxy. */
const RATE = 5;
/** `fall` of the generated configuration, times its interval. */
const OUT_MILLIS = 2 * PERIODS.checkMillis;
/** The machine is shared. */
const SLACK_MILLIS = 500;

/** What happened to the requests of one proxy. */
class Client {
  public requests = 0;
  public lost = 0;
  public reached = 0;
  /** Those that a stranger answered after it must be out. */
  public late = 0;
  /** When a stranger answered last. */
  public lastAt?: number;

  public constructor(
    public readonly name: string,
    private readonly port: number,
  ) {}

  /** @param since when the stranger came */
  public async ask(since: number): Promise<void> {
    const at = Date.now();
    const answer = await request('127.0.0.1', this.port, 3000);
    this.requests += 1;
    this.lost += answer === undefined ? 1 : 0;
    if (answer === STRANGER) {
      this.reached += 1;
      this.late += at - since > OUT_MILLIS + SLACK_MILLIS ? 1 : 0;
      this.lastAt = at - since;
    }
  }
}

async function main(minutes: number): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const { all, missing } = await provingCompetitors(log);
  for (const line of missing) {
    log(`not measured: ${line}`);
  }
  const loadBalancer = await LoadBalancer.start(['node', 'node']);
  loadBalancer.dns.point(...loadBalancer.addresses);
  const running: { readonly client: Client; stop(): Promise<void> }[] = [];
  const start = async ({ name, start: run }: Competitor) => {
    const { address: nameserver } = await loadBalancer.dns.listen();
    const { port, stop } = await run({ port: loadBalancer.port, nameserver });
    running.push({ client: new Client(name, port), stop });
  };
  try {
    for (const one of all) {
      await start(one).catch((error: Error) => log(`not measured: ${one.name}: ${error.message}`));
    }
    await sleep(5000);
    loadBalancer.dns.failAll('silent');
    // The address that hand-written configurations and those of 1.6 have.
    await loadBalancer.nodes.kill(nodeAddress(0));
    await loadBalancer.restart(0, STRANGER);
    const since = Date.now();
    const pending: Promise<void>[] = [];
    while (Date.now() - since < minutes * 60_000) {
      pending.push(...running.map(({ client }) => client.ask(since)));
      await sleep(1000 / RATE);
    }
    await Promise.all(pending);
    process.stdout.write(`${table(running.map(({ client }) => client))}\n`);
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
    await loadBalancer.close();
  }
}

function table(clients: readonly Client[]): string {
  const rows = clients.map(({ name, requests, reached, late, lastAt, lost }) => {
    const last = lastAt === undefined ? 'none' : `${(lastAt / 1000).toFixed(1)} s`;
    return `| ${name} | ${requests} | ${reached} | ${last} | ${late} | ${lost} |`;
  });
  const bound = `${(OUT_MILLIS + SLACK_MILLIS) / 1000} s`;
  return [
    `| proxy | requests | to the stranger | the last after | after more than ${bound} | lost |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

const given = process.argv.indexOf('--minutes');
void main(given < 0 ? 1 : Number(process.argv[given + 1]));
