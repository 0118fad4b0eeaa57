import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../../testbed/binaries';
import { startIdleProxy } from '../../testbed/idle-proxy';
import { ElbDns } from '../../testbed/load-balancer';
import { LocalHost, type ProxyUnderTest } from '../../testbed/proxy-under-test';

/** The longest that a process may take to say what it holds. */
const ANSWER_MILLIS = 800;

/** A host with a load balancer of its own name. */
class NamedHost extends LocalHost {
  public constructor(
    binary: HaproxyBinary,
    dns: LocalHost['dns'],
    private readonly name: string,
  ) {
    super(binary, dns);
  }

  public override get dnsName(): string {
    return this.name;
  }
}

/** A real HAProxy that follows a name server of its own. */
export class WatchedProxy {
  /** @param port of its nodes */
  public static async start(binary: HaproxyBinary, name: string, address: string, port: number): Promise<WatchedProxy> {
    const dnsName = `${name}.test`;
    const dns = new ElbDns({}, [dnsName]);
    dns.point(address);
    const host = new NamedHost(binary, await dns.listen(), dnsName);
    try {
      return new WatchedProxy(name, dnsName, dns, host, await startIdleProxy(binary, host.dns, { port, host }));
    } catch (error) {
      await dns.close();
      throw error;
    }
  }

  private constructor(
    public readonly name: string,
    public readonly dnsName: string,
    /** What DNS answers it. */
    public readonly dns: ElbDns,
    private readonly host: LocalHost,
    private readonly haproxy: ProxyUnderTest,
  ) {}

  /** Port of its runtime API on 127.0.0.1. */
  public get runtimeApiPort(): number {
    return this.haproxy.listeners.runtimeApi.port;
  }

  public signal(signal: NodeJS.Signals): void {
    process.kill(this.host.process.pid!, signal);
  }

  /** Starts it again, and waits until it holds an address. */
  public restart(): Promise<void> {
    return this.haproxy.restart(undefined, async () => ((await this.held()) ?? []).length > 0);
  }

  /**
   * The addresses that it holds, read without the code of the checker. Undefined: it does not say it.
   */
  public async held(): Promise<string[] | undefined> {
    const text = await Promise.race([answerOf(this.runtimeApiPort), sleep(ANSWER_MILLIS, undefined, { ref: false })]);
    // be_id be_name srv_id srv_name srv_addr …
    const rows = text?.split('\n').map((line) => line.split(' ')) ?? [];
    const addresses = rows.flatMap(([, , , , address = '']) => (/^127\./.test(address) ? [address] : []));
    return text === undefined ? undefined : [...new Set(addresses)];
  }

  public async close(): Promise<void> {
    await this.haproxy.stop();
    await this.dns.close();
  }
}

function answerOf(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('show servers state;quit\n'));
    socket.setTimeout(ANSWER_MILLIS, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(text.includes('srv_addr') ? text : undefined));
  });
}
