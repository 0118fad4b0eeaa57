import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from '../testbed/binaries';
import { type DnsFailure, type DnsListener, DnsServer } from '../testbed/dns-server';
import { HaproxyProcess } from '../testbed/haproxy-process';
import { EggServer } from '../testbed/node-server';
import { freePorts } from '../testbed/ports';
import type { Ground, Listeners, Place, Running } from './ground';
import { LabError } from './lab-error';

const ELB_NAME = 'elb.lab.test';
/** 1.6 starts only when the machine's own resolver knows the name, and this one every machine knows. */
const ELB_NAME_OF_1_6 = 'localhost';
const NAMES = [ELB_NAME, ELB_NAME_OF_1_6];

/** How often another port is tried when one of the addresses has it in use. */
const PORT_TRIES = 10;

/** Processes and servers on the loopback addresses of this machine. */
export class LocalGround implements Ground {
  /** Builds one. Every node runs. */
  public static async build(texts: readonly string[]): Promise<LocalGround> {
    const dns = new DnsServer();
    const eggs = await startNodes(texts);
    return new LocalGround(dns, texts, eggs, await dns.listen());
  }

  private constructor(
    private readonly dns: DnsServer,
    private readonly texts: readonly string[],
    private readonly eggs: EggServer[],
    private readonly checkerDns: DnsListener,
  ) {}

  public get upstreamPort(): number {
    return this.eggs[0]!.port;
  }

  public get checkerNameserver(): string {
    return this.checkerDns.address;
  }

  public addressOf(node: number): string {
    return addressOf(node);
  }

  public async point(addresses: readonly string[]): Promise<void> {
    for (const name of NAMES) {
      this.dns.set(name, addresses);
    }
  }

  public async failDns(failure: DnsFailure | undefined): Promise<void> {
    for (const name of NAMES) {
      failure === undefined ? this.dns.heal(name) : this.dns.fail(name, failure);
    }
  }

  public stopNode(node: number): Promise<void> {
    return this.eggs[node]!.close();
  }

  public async restartNode(node: number): Promise<void> {
    this.eggs[node] = await EggServer.listen(this.texts[node]!, addressOf(node), this.upstreamPort);
  }

  public async place(binary: HaproxyBinary): Promise<Place> {
    return new LocalPlace(binary, await this.dns.listen());
  }

  public async close(): Promise<void> {
    await Promise.all(this.eggs.map((egg) => egg.close()));
    await this.dns.close();
  }
}

/** A place for a process, with a DNS port of its own. */
export class LocalPlace implements Place {
  #ports: readonly number[] = [];

  /** @param findPorts gives as many free TCP ports of 127.0.0.1 as it is asked for */
  public constructor(
    private readonly binary: HaproxyBinary,
    private readonly dns: DnsListener,
    private readonly findPorts: (count: number) => Promise<readonly number[]> = freePorts,
  ) {}

  public get dnsName(): string {
    return HaproxyVersion.of(this.binary.branch)._capabilities.initAddr ? ELB_NAME : ELB_NAME_OF_1_6;
  }

  public get nameserver(): string {
    return this.dns.address;
  }

  public get queries(): number {
    return this.dns.queries;
  }

  public async listeners(): Promise<Listeners> {
    this.#ports = await this.findPorts(3);
    const [listen, health, runtimeApi] = this.#ports.map((port) => ({ address: '127.0.0.1', port }));
    return { listen: listen!, health: health!, runtimeApi: runtimeApi! };
  }

  public async run(config: string): Promise<Running> {
    const [port, , runtimeApi] = this.#ports;
    const process = HaproxyProcess.of(this.binary, config);
    return {
      port: port!,
      runtimeApi: `127.0.0.1:${runtimeApi}`,
      get crash() {
        // What a killed process said last is no reason.
        return !process.ended ? undefined : process.signal === null ? process.output : `killed by ${process.signal}`;
      },
      stop: () => process.stop(),
    };
  }
}

function addressOf(node: number): string {
  return `127.0.0.${node + 1}`;
}

/** A server on the same port of each address. */
async function startNodes(texts: readonly string[]): Promise<EggServer[]> {
  for (let left = PORT_TRIES; ; left -= 1) {
    const eggs: EggServer[] = [];
    try {
      for (const [node, text] of texts.entries()) {
        eggs.push(await EggServer.listen(text, addressOf(node), eggs[0]?.port ?? 0));
      }
      return eggs;
    } catch (error) {
      await Promise.all(eggs.map((egg) => egg.close()));
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || left === 0) {
        const needed = `${addressOf(0)} to ${addressOf(texts.length - 1)} on loopback`;
        throw new LabError(`the lab needs ${needed}: ${(error as Error).message}`);
      }
    }
  }
}
