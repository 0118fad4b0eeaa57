import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { HaproxyBinary } from '../../testbed/binaries';
import type { DnsFailure, DnsListener } from '../../testbed/dns-server';
import { IDENTITY_BODY, IDENTITY_PATH, STRANGER } from '../../testbed/identity';
import { ELB_NAME } from '../../testbed/load-balancer';
import type { ConfigurationKind, Listeners, ProxyHost, RunningProxy } from '../../testbed/proxy-under-test';
import { ServerProcess } from '../../testbed/server-process';
import { TestbedError } from '../../testbed/testbed-error';
import { Compose, type Container, docker, imagesByService } from './compose';
import { fetchImage } from './docker-images';
import type { Environment } from './environment';

/** As in compose.yaml. */
const NODE_PORT = 8080;
const DNS_ADDRESS = '198.18.53.2';
const LISTENERS: Listeners = { listen: { port: 8080 }, health: { port: 8081 }, runtimeApi: { port: 9990 } };

/**
 * As many addresses as one answer for an ELB has. dnsmasq answers with all of its addresses, so the demo changes them
 * each second.
 */
const SHOWN_AT_MOST = 8;
const ROTATE_MILLIS = 1000;

/** Containers on their own network; requests and checks reach them through published ports. */
export class DockerEnvironment implements Environment {
  /** See {@link StartEnvironment}. */
  public static async start(texts: readonly string[], zone?: readonly number[]): Promise<DockerEnvironment> {
    if (zone !== undefined) {
      throw new TestbedError('--backend docker: its containers find no zone, which this scenario needs: leave it out');
    }
    const compose = await Compose.open();
    try {
      compose.write('hosts', '');
      for (const [node, text] of texts.entries()) {
        compose.write(`${serviceOf(node)}.conf`, nodeConfiguration(text));
      }
      const images = await imagesByService();
      await Promise.all(['dns', serviceOf(0)].map((service) => fetchImage(images.get(service)!)));
      await compose.up('dns', ...texts.map((_, node) => serviceOf(node)));
      return new DockerEnvironment(compose, await compose.container('dns'));
    } catch (error) {
      await compose.close();
      throw error;
    }
  }

  public readonly upstreamPort = NODE_PORT;
  public readonly checkerNameserver: string;
  readonly #queries: QueryCounts;
  #rotation?: NodeJS.Timeout;

  private constructor(
    private readonly compose: Compose,
    private readonly dns: Container,
  ) {
    this.checkerNameserver = `127.0.0.1:${dns.portOf('53/udp')}`;
    this.#queries = new QueryCounts(dns.id);
  }

  public addressOf(node: number): string {
    return `198.18.53.${11 + node}`;
  }

  public async point(addresses: readonly string[]): Promise<void> {
    clearInterval(this.#rotation);
    let first = 0;
    const show = () => {
      const shown = [...addresses.slice(first), ...addresses.slice(0, first)].slice(0, SHOWN_AT_MOST);
      first = (first + SHOWN_AT_MOST) % addresses.length;
      return this.#show(shown);
    };
    await show();
    if (addresses.length > SHOWN_AT_MOST) {
      // A failed write is repeated a second later.
      this.#rotation = setInterval(() => void show().catch(() => {}), ROTATE_MILLIS);
    }
  }

  public async failDns(failure: DnsFailure | undefined): Promise<void> {
    if (failure !== undefined && failure !== 'silent') {
      throw new TestbedError(`--backend docker: its DNS cannot answer '${failure}', it can only be silent`);
    }
    await this.#signal(failure === undefined ? 'CONT' : 'STOP');
  }

  public async stopNode(node: number): Promise<void> {
    await docker(['stop', '--time', '0', (await this.compose.container(serviceOf(node))).id]);
  }

  public async restartNode(node: number, text?: string): Promise<void> {
    if (text !== undefined) {
      this.compose.write(`${serviceOf(node)}.conf`, nodeConfiguration(text));
    }
    await docker(['start', (await this.compose.container(serviceOf(node))).id]);
  }

  public async host({ branch }: HaproxyBinary, kind: ConfigurationKind): Promise<ProxyHost> {
    return new DockerHost(this.compose, `haproxy-${branch}-${kind}`, this.#queries);
  }

  public async close(): Promise<void> {
    clearInterval(this.#rotation);
    this.#queries.stop();
    await this.compose.close();
  }

  async #show(addresses: readonly string[]): Promise<void> {
    this.compose.write('hosts', addresses.map((address) => `${address} ${ELB_NAME}\n`).join(''));
    await this.#signal('HUP');
  }

  async #signal(signal: string): Promise<void> {
    await docker(['kill', '--signal', signal, this.dns.id]);
  }
}

/** A container of a HAProxy. */
class DockerHost implements ProxyHost {
  public readonly dnsName = ELB_NAME;
  public readonly dns: Readonly<DnsListener>;
  /** What its containers before have asked, and where the count of this one began: addresses are used again. */
  #before = 0;
  #address = '';

  public constructor(
    private readonly compose: Compose,
    private readonly service: string,
    private readonly counts: QueryCounts,
  ) {
    const queries = () => this.#queries;
    this.dns = {
      address: `${DNS_ADDRESS}:53`,
      get queries() {
        return queries();
      },
    };
  }

  get #queries(): number {
    return this.#before + this.counts.of(this.#address);
  }

  public async listeners(): Promise<Listeners> {
    return LISTENERS;
  }

  public async run(config: string): Promise<RunningProxy> {
    this.compose.write(`${this.service}.cfg`, config);
    const queries = this.#queries;
    await this.compose.up(this.service);
    const { id, address, portOf } = await this.compose.container(this.service);
    this.#address = address;
    this.#before = queries - this.counts.of(address);
    // It prints what the container prints, and ends with it.
    const follower = new ServerProcess(['docker', 'logs', '--follow', id]);
    return {
      port: portOf(`${LISTENERS.listen.port}/tcp`),
      endpoint: `127.0.0.1:${portOf(`${LISTENERS.runtimeApi.port}/tcp`)}`,
      process: {
        get crash() {
          return follower.crash;
        },
        stop: async () => {
          await docker(['rm', '--force', id]);
          await follower.stop();
        },
      },
    };
  }
}

/** Counts the queries in dnsmasq's log, by the address that they come from. */
class QueryCounts {
  readonly #counts = new Map<string, number>();
  readonly #follower: ChildProcess;
  readonly #kill = () => this.#follower.kill('SIGKILL');

  public constructor(container: string) {
    this.#follower = spawn('docker', ['logs', '--follow', container], { stdio: ['ignore', 'ignore', 'pipe'] });
    createInterface(this.#follower.stderr!).on('line', (line) => {
      const [, from] = / query\[\w+\] \S+ from (\S+)$/.exec(line) ?? [];
      if (from !== undefined) {
        this.#counts.set(from, this.of(from) + 1);
      }
    });
    process.once('exit', this.#kill);
  }

  public of(address: string): number {
    return this.#counts.get(address) ?? 0;
  }

  public stop(): void {
    process.off('exit', this.#kill);
    this.#kill();
  }
}

/** A node that answers every request with one text, and proves its identity, unless it is a stranger. */
function nodeConfiguration(text: string): string {
  return `daemon off;
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  default_type 'text/plain; charset=utf-8';
  server {
    listen ${NODE_PORT};
    location / { return 200 "${text}\\n"; }
    ${text === STRANGER ? '' : `location = ${IDENTITY_PATH} { return 200 "${IDENTITY_BODY}\\n"; }`}
  }
}
`;
}

function serviceOf(node: number): string {
  return `node-${node + 1}`;
}
