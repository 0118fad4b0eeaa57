import { setTimeout as sleep } from 'node:timers/promises';
import { readRuntime } from '../lambda/probe/runtime-client';
import type { HaproxyConfigModel } from '../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { MADE_FOR } from '../lib/haproxy/runtime-api/parse';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import type { HaproxyBinary } from './binaries';
import type { DnsListener } from './dns-server';
import { HaproxyProcess } from './haproxy-process';
import { pinned } from './pinned';
import { freePorts } from './ports';

/** The load balancer's name. 1.6 starts only with one that the machine itself resolves. */
export const nameFor = ({ branch }: HaproxyBinary) => (branch === '1.6' ? 'localhost' : 'elb.test');

/** How a HAProxy differs from one that follows DNS with three slots. */
export interface HaproxySettings {
  /** The address that it holds for ever, where it is not to follow DNS. */
  readonly pinnedTo?: string;
  /** The branch that its configuration says it was made for. @default - that of the binary */
  readonly madeFor?: string;
  /** Lines of its backend besides the generated ones. @default - none */
  readonly backendLines?: string[];
  /** @default 3 */
  readonly slots?: number;
  /** How often it resolves. It drops what is missing for twice as long. @default 1000 */
  readonly periodMillis?: number;
}

/** A real HAProxy with the generated configuration, on loopback. */
export class Haproxy {
  /** Starts one, and waits until it holds an address. */
  public static async start(
    binary: HaproxyBinary,
    dns: DnsListener,
    { pinnedTo, madeFor = binary.branch, backendLines = [], slots = 3, periodMillis = 1000 }: HaproxySettings = {},
  ): Promise<Haproxy> {
    const [listen, health, runtimeApi] = await freePorts(3);
    const local = (port: number) => ({ address: '127.0.0.1', port });
    const model: HaproxyConfigModel = {
      upstream: { dnsName: nameFor(binary), port: listen!, slots },
      listen: local(listen!),
      health: local(health!),
      runtimeApi: local(runtimeApi!),
      rawLines: { 'backend upstream': backendLines },
      resolution: {
        nameservers: [dns.address],
        holdValidMillis: periodMillis,
        holdObsoleteMillis: 2 * periodMillis,
        holdNxMillis: 2 * periodMillis,
      },
    };
    const version = HaproxyVersion.of(binary.branch);
    const generated = HaproxyConfig.render(version, model).replace(
      `${MADE_FOR} ${version.branch}`,
      `${MADE_FOR} ${madeFor}`,
    );
    const config = pinnedTo === undefined ? generated : pinned(version, generated, pinnedTo);
    const haproxy = new Haproxy(HaproxyProcess.of(binary, config), runtimeApi!);
    for (let tries = 0; !(await haproxy.#holdsAnAddress()); tries += 1) {
      if (haproxy.process.ended || tries > 200) {
        await haproxy.stop();
        throw new Error(
          `HAProxy ${binary.version} does not come up: ${haproxy.#reason}; ${haproxy.process.output.trim().split('\n').at(-1)}`,
        );
      }
      await sleep(50);
    }
    return haproxy;
  }

  #reason = '';

  private constructor(
    private readonly process: HaproxyProcess,
    /** Port of the runtime API on 127.0.0.1. */
    public readonly port: number,
  ) {}

  /** The runtime API, as the checker takes it. */
  public get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  public stop(): Promise<void> {
    return this.process.stop();
  }

  #holdsAnAddress(): Promise<boolean> {
    return readRuntime(this.endpoint).then(
      ({ slots }) => slots.some(({ backend, address }) => backend === 'upstream' && address !== undefined),
      (error: Error) => {
        this.#reason = error.message;
        return false;
      },
    );
  }
}
