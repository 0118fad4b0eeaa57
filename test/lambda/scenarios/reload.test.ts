import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { readRuntime } from '../../../lambda/probe/runtime-client';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { HaproxyProcess } from '../../../testbed/haproxy-process';
import { ElbDns, elbNameFor } from '../../../testbed/load-balancer';
import { freePorts } from '../../../testbed/ports';
import { untilReady } from '../../../testbed/server-process';
import { until } from '../../haproxy/running';
import { availableBinaries, isDeaf } from '../../support/binaries';
import { minutely, TimedChecker } from './checked';

const BINARIES = availableBinaries().filter(
  (binary) => !isDeaf(binary) && HaproxyVersion.of(binary.branch)._capabilities.serverTemplate,
);
const [OLD, NEW] = ['127.0.0.1', '127.0.0.2'] as const;

const dns = new ElbDns();
const sessions = new Set<Socket>();
const stops: (() => Promise<unknown>)[] = [];
/** The nodes: each session gets the name of its node, and each byte comes back. */
let nodes: Server;

beforeAll(async () => {
  dns.point(OLD);
  nodes = createServer((client) => {
    sessions.add(client);
    client.on('error', () => {});
    client.write(client.localAddress!);
    client.pipe(client);
  });
  await once(nodes.listen(0, '0.0.0.0'), 'listening');
});

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  for (const session of sessions) {
    session.destroy();
  }
  nodes.close();
  await dns.close();
});

/** The next data of a session, or `closed`. */
const said = (session: Socket): Promise<string> =>
  new Promise((resolve) => {
    session.once('data', (data) => resolve(String(data)));
    session.once('close', () => resolve('closed'));
    if (session.destroyed) {
      resolve('closed');
    }
  });

/** A hand-written configuration, as that of a HAProxy that is reloaded. */
function configuration(
  name: string,
  nameserver: string,
  [listen, api]: readonly number[],
  upstreamPort: number,
): string {
  return `global
  stats socket 127.0.0.1:${api} level user
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
resolvers dns
  nameserver dns ${nameserver}
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s
  hold obsolete 2s
frontend traffic
  bind 127.0.0.1:${listen}
  default_backend upstream
backend upstream
  server-template elb 3 ${name}:${upstreamPort} check resolvers dns resolve-prefer ipv4 init-addr none
`;
}

/** A HAProxy with a session, and how to reload it as an init system does: another process, with `-sf` and the old pid. */
async function start(binary: HaproxyBinary) {
  const listener = await dns.listen();
  const ports = await freePorts(2);
  const { port } = nodes.address() as { port: number };
  const endpoint = `127.0.0.1:${ports[1]}`;
  const name = elbNameFor(binary);
  const config = configuration(name, listener.address, ports, port);
  const holds = async (address: string) => {
    const { slots } = await readRuntime(endpoint).catch(() => ({ slots: [] }));
    return slots.flatMap((slot) => slot.address ?? []).join() === address;
  };
  const run = async (address: string, ...flags: string[]) => {
    const haproxy = HaproxyProcess.of({ ...binary, command: [...binary.command, ...flags] }, config);
    stops.push(() => haproxy.stop());
    await untilReady(`HAProxy ${binary.version}`, haproxy, () => holds(address));
    return haproxy;
  };
  const old = await run(OLD);
  const session = connect(ports[0]!, '127.0.0.1');
  session.on('error', () => {});
  expect(await said(session)).toBe(OLD);
  const reload = () => run(NEW, '-sf', String(old.pid));
  return { binary, name, endpoint, listener, old, session, reload };
}

test('a reload leaves the old process with its sessions: the check says that it does not see it, for an hour', async () => {
  const started = await Promise.all(BINARIES.map(start));
  const nameserver = (await dns.listen()).address;
  const watches = started.map(
    ({ name, endpoint, binary }) =>
      new TimedChecker([{ id: endpoint, endpoint }], nameserver, {
        haproxyVersion: binary.branch,
        upstreams: [{ backend: 'upstream', dnsName: name, port: 80 }],
      }),
  );
  // An uptime is whole seconds, and 3 of them distinguish a younger process from an older one.
  await until('an uptime of 6 s', async () => started.every(({ listener }) => listener.queries >= 6) || undefined);
  const events = await Promise.all(watches.map((watch) => watch.events(0)));
  dns.point(NEW);
  await Promise.all(started.map(({ reload }) => reload()));
  const seen = await Promise.all(
    watches.map(async (watch, i) => {
      events[i]!.push(...(await watch.events(60)));
      const { open } = await watch.check(90);
      events[i]!.push(...(await watch.events(...minutely(120, 3720))));
      const { session, old } = started[i]!;
      session.write('more');
      return [open.map(({ message }) => message), events[i], await said(session), old.ended];
    }),
  );
  expect(seen).toEqual(
    started.map(({ endpoint }) => [
      [
        `another process answers behind ${endpoint} than before: the old one may serve its sessions to their end, with the addresses of then`,
      ],
      ['60 opened info unseen-process', '3660 closed info unseen-process'],
      'more',
      false,
    ]),
  );
}, 60_000);
