import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import type { HaproxyBinary } from '../../testbed/binaries';
import type { DnsServer } from '../../testbed/dns-server';
import type { HaproxyProcess } from '../../testbed/haproxy-process';
import { LocalHost, ProxyUnderTest } from '../../testbed/proxy-under-test';
import { converse } from './converse';

/** A process behind its allow-list, with a second socket that shows the changes. */
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
interface Guarded {
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
  const { folder, dns, mapText = '', edit = (config) => config, environment } = guarded;
  const [map, admin] = [path.join(folder, `${binary.branch}.map`), path.join(folder, `${binary.branch}.sock`)];
  writeFileSync(map, mapText);
  rmSync(admin, { force: true });
  const host = new LocalHost(binary, await dns.listen(), { environment });
  const proxy = new ProxyUnderTest(binary, host, {
    model: { upstream: { port: 80, slots: 2 }, ...guarded.model },
    edit: (config) =>
      edit(
        config
          .replace('\nglobal\n', `$&    stats socket ${admin} level admin\n`)
          .replace('    option forwardfor\n', `$&    http-request set-header X-Map %[path,map(${map})]\n`),
      ),
  });
  const administer = (command: string) => converse({ path: admin }, [`${command}\n`]);
  await proxy.start(async () => (await administer('show info').catch(() => '')) !== '');
  const { health, runtimeApi } = proxy.listeners;
  return {
    haproxy: host.process,
    network: { host: '127.0.0.1', port: runtimeApi.port },
    endpoint: proxy.endpoint,
    healthPort: health.port,
    map,
    administer,
  };
}
