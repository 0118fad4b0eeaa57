import { Agent } from 'node:http';
import { HaproxyLocality, HaproxyMode } from '../../lib/haproxy/model/options';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { ZONES_VARIABLE } from '../../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { DnsServer } from '../../testbed/dns-server';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { elbNameFor } from '../../testbed/load-balancer';
import { LocalNodes } from '../../testbed/nodes';
import { freePorts } from '../../testbed/ports';
import { request } from '../../testbed/request';
import { availableBinaries } from '../support/binaries';
import { until } from './running';

jest.setTimeout(120_000);

const OWN = ['127.1.7.1', '127.1.7.2', '127.1.7.3', '127.1.7.4'];
const OTHERS = ['127.1.8.1', '127.1.8.2'];
const ZONES = 'eu-west-1a=127.1.7.0/24 eu-west-1b=127.1.8.0/24';

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.luaWeights);
/** With one client each attempt meets another node of the zone; with more, the attempts of all end at the same nodes. */
const CLIENTS = [1, 4];

// Some requests are in progress when their node stops.
const nodes = new LocalNodes({ delayMillis: 20, keepAliveMillis: 60_000 });
const dns = new DnsServer();
let metadata: EcsMetadata;
let nodePort = 0;

beforeAll(async () => {
  metadata = await EcsMetadata.start('eu-west-1a');
  for (const address of [...OWN, ...OTHERS]) {
    nodePort = await nodes.start(address, address, nodePort);
  }
});

afterAll(async () => {
  await Promise.all([nodes.close(), dns.close(), metadata.close()]);
});

/** A HAProxy and its clients, which send one request after the other. */
class Load {
  public static async start(
    binary: HaproxyBinary,
    mode: HaproxyMode,
    clients: number,
    keepAlive: boolean,
  ): Promise<Load> {
    dns.set(elbNameFor(binary), [...OWN, ...OTHERS]);
    const [port] = (await freePorts(1)) as [number];
    const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), {
      mode,
      listen: { address: '127.0.0.1', port },
      upstream: { dnsName: elbNameFor(binary), port: nodePort, locality: HaproxyLocality.ZONE },
      resolution: { nameservers: [(await dns.listen()).address] },
    });
    const environment = { ...metadata.environment, [ZONES_VARIABLE]: ZONES };
    const name = `${binary.version}, ${mode}, ${clients} clients`;
    return new Load(name, HaproxyProcess.of(binary, config, environment), port, clients, keepAlive);
  }

  /** The answers, in their order; nothing for a lost request. */
  public answers: (string | undefined)[] = [];
  readonly #agents: Agent[] = [];
  readonly #clients: Promise<void>[] = [];
  #stopped = false;

  private constructor(
    public readonly name: string,
    private readonly haproxy: HaproxyProcess,
    port: number,
    public readonly clients: number,
    keepAlive: boolean,
  ) {
    for (let i = 0; i < clients; i += 1) {
      const agent = new Agent({ keepAlive, maxSockets: 1 });
      this.#agents.push(agent);
      this.#clients.push(this.#run(agent, port));
    }
  }

  /** Waits until so many requests in a row have been answered by these nodes alone, nearly. */
  public async by(what: string, addresses: readonly string[]): Promise<void> {
    await until(`${this.name}: ${what}`, () => {
      const last = this.answers.slice(-40);
      return last.filter((answer) => addresses.includes(answer ?? '')).length >= 38;
    });
  }

  public async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    for (const agent of this.#agents) {
      agent.destroy();
    }
    await this.haproxy.stop();
  }

  async #run(agent: Agent, port: number): Promise<void> {
    while (!this.#stopped) {
      const answer = await request('127.0.0.1', port, 30_000, '/', agent);
      this.answers.push(answer);
    }
  }
}

test.each<[string, HaproxyMode, HaproxyBinary[], boolean, (clients: number) => number]>([
  ['no request is', HaproxyMode.HTTP, BINARIES, true, () => 0],
  // What a node has taken ends with it, and `shutdown-sessions` also ends the attempt that marks a node down.
  [
    'only one connection for each client and node is',
    HaproxyMode.TCP,
    BINARIES.slice(-1),
    false,
    (clients) => clients * (1 + OWN.length),
  ],
])('%s lost when all nodes of the zone stop at once', async (_what, mode, binaries, keepAlive, allowed) => {
  const loads: Load[] = [];
  const each = (step: (load: Load) => Promise<void>) => Promise.all(loads.map(step));
  try {
    for (const binary of binaries) {
      for (const clients of CLIENTS) {
        loads.push(await Load.start(binary, mode, clients, keepAlive));
      }
    }
    await each((load) => load.by('its zone first', OWN));
    for (const load of loads) {
      load.answers = [];
    }
    await Promise.all(OWN.map((address) => nodes.kill(address)));
    await each((load) => load.by('the other zone', OTHERS));
    const lost = loads.map(({ answers }) => answers.filter((answer) => answer === undefined).length);
    expect(loads.filter(({ clients }, i) => lost[i]! > allowed(clients)).map(({ name }) => name)).toEqual([]);
  } finally {
    await each((load) => load.stop());
    for (const address of OWN) {
      await nodes.kill(address);
      await nodes.start(address, address, nodePort);
    }
  }
});
