import type { HaproxyConfigModel, HaproxyUpstream } from '../../lib/haproxy/model/config-model';
import type { HaproxyBinary } from '../../testbed/binaries';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { ElbDns, elbNameFor } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { Echo, run } from './running';

const ADDRESS = '127.0.0.2';

/** A running process, and where it listens. */
interface Started {
  readonly haproxy: HaproxyProcess;
  readonly listen: number;
  readonly health: number;
}

/** A load balancer with one node, which echoes requests, for the tests of a file. */
export class OneElb {
  /** Starts it before the tests of the file, and ends it after them. */
  public static ofFile(): OneElb {
    const elb = new OneElb();
    beforeAll(() => elb.#open());
    afterAll(() => elb.#close());
    return elb;
  }

  readonly #dns = new ElbDns();
  #port = 0;
  #echo?: Echo;

  private constructor() {}

  /** How many requests have come. */
  public get requests(): number {
    return this.#echo!.requests;
  }

  /** It, as the upstream of a binary. */
  public upstreamOf(binary: HaproxyBinary): HaproxyUpstream {
    return { dnsName: elbNameFor(binary), port: this.#port };
  }

  /** A process in front of it, once its health port answers. */
  public async start(binary: HaproxyBinary, model: Partial<HaproxyConfigModel>): Promise<Started> {
    const [listen, health] = (await freePorts(2)) as [number, number];
    const haproxy = await run(binary, {
      upstream: this.upstreamOf(binary),
      listen: { address: '127.0.0.1', port: listen },
      resolution: { nameservers: [(await this.#dns.listen()).address], holdValidMillis: 500 },
      ...model,
      health: { address: '127.0.0.1', port: health },
    });
    return { haproxy, listen, health };
  }

  async #open(): Promise<void> {
    this.#dns.point(ADDRESS);
    [this.#port] = (await freePorts(1)) as [number];
    this.#echo = await Echo.listen('elb', ADDRESS, this.#port);
  }

  async #close(): Promise<void> {
    await Promise.all([this.#dns.close(), this.#echo?.close()]);
  }
}
