import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import type { DnsServer } from '../../testbed/dns-server';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { freePorts } from '../../testbed/ports';
import { converse } from './converse';

/** A process behind its allow-list, with a second way in that sees what was done to it. */
export interface GuardedHaproxy {
  readonly haproxy: HaproxyProcess;
  /** The listener that the allow-list guards. */
  readonly network: { readonly host: string; readonly port: number };
  readonly endpoint: string;
  readonly healthPort: number;
  /** A file that the process reads as a map, which every branch before 3.3 lets a client of level user change. */
  readonly map: string;
  /** Gives a command to a socket of level admin. */
  administer(command: string): Promise<string>;
}

/** How it is started. */
export interface Guarded {
  /** For the sockets and the map. */
  readonly folder: string;
  readonly dns: DnsServer;
  /** The content of the map. @default - nothing */
  readonly mapText?: string;
  readonly model?: Partial<HaproxyConfigModel>;
  /** Changes the configuration further. @default - it stays as it is */
  readonly edit?: (config: string) => string;
  readonly environment?: Record<string, string>;
}

/** Starts a process with the generated configuration, a map and a socket of level admin. */
export async function startGuarded(binary: HaproxyBinary, guarded: Guarded): Promise<GuardedHaproxy> {
  const { folder, dns, mapText = '', edit = (config) => config, environment = {} } = guarded;
  const [listen, health, runtimeApi] = (await freePorts(3)).map((port) => ({ address: '127.0.0.1', port }));
  const version = HaproxyVersion.of(binary.branch);
  const [map, admin] = [path.join(folder, `${binary.branch}.map`), path.join(folder, `${binary.branch}.sock`)];
  writeFileSync(map, mapText);
  rmSync(admin, { force: true });
  const config = HaproxyConfig.render(version, {
    // 1.6 starts only with a name that the machine knows.
    upstream: { dnsName: version._capabilities.initAddr ? 'elb.test' : 'localhost', port: 80, slots: 2 },
    listen,
    health,
    runtimeApi,
    resolution: { nameservers: [(await dns.listen()).address] },
    ...guarded.model,
  })
    .replace('\nglobal\n', `$&    stats socket ${admin} level admin\n`)
    .replace('    option forwardfor\n', `$&    http-request set-header X-Map %[path,map(${map})]\n`);
  const haproxy = HaproxyProcess.of(binary, edit(config), environment);
  const administer = (command: string) => converse({ path: admin }, [`${command}\n`]);
  while (!(await administer('show info').catch(() => ''))) {
    if (haproxy.ended) {
      throw new Error(`HAProxy ${binary.version} does not start: ${haproxy.output}`);
    }
    await sleep(20);
  }
  const network = { host: '127.0.0.1', port: runtimeApi!.port };
  return { haproxy, network, endpoint: `127.0.0.1:${network.port}`, healthPort: health!.port, map, administer };
}
