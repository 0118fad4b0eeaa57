import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { HaproxyMode } from '../../lib/haproxy/model/options';
import { ElbDns } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { type ClientKind, ClientLoad, type LoadReport, SLOW_PATH } from '../../testbed/stopping/clients';
import { EcsService } from '../../testbed/stopping/ecs-service';
import { CloudMapName, LingeringTargets, type TaskIngress } from '../../testbed/stopping/ingress';
import type { StoppedProxy, TaskSettings } from './proxies';

/** The tasks of each service at the beginning. */
const TASKS = 2;
/** Between two requests of a client, ms. */
const PAUSE_MILLIS = 150;
/** How long a long request takes, ms. */
export const SLOW_MILLIS = 3000;
/** A step takes the drain time and this, ms: the same for proxies that end at once. */
const PAUSE_BETWEEN_MILLIS = 3000;
const HTTP_CLIENTS = { 'new connections': 3, 'kept-alive connections': 3, 'long requests': 2 } as const;

/** Clients of a service whose tasks are replaced. */
interface StopCase {
  readonly name: string;
  readonly mode: HaproxyMode;
  readonly clients: Readonly<Partial<Record<ClientKind, number>>>;
  readonly ingress: () => TaskIngress;
  readonly drainMillis: number;
  readonly stopTimeoutMillis: number;
}

/** The TTL of the name, and the times of a stop that follow from it by default. */
const BY_NAME = { drainMillis: 30_000, stopTimeoutMillis: 60_000 };
/**
 * A Network Load Balancer sends new connections for 120 s after deregistration; here it is a fifth of that. HAProxy ends
 * 5 s before the stop timeout whatever the scale.
 */
const BY_NLB = { drainMillis: 24_000, stopTimeoutMillis: 35_000 };

export const STOP_CASES: readonly StopCase[] = [
  {
    name: 'HTTP clients that resolve a name every 10 s',
    mode: HaproxyMode.HTTP,
    clients: HTTP_CLIENTS,
    ingress: () => new CloudMapName(10_000),
    ...BY_NAME,
  },
  {
    name: 'HTTP clients of a load balancer that sends new connections for 24 s more',
    mode: HaproxyMode.HTTP,
    clients: HTTP_CLIENTS,
    ingress: () => new LingeringTargets(BY_NLB.drainMillis),
    ...BY_NLB,
  },
  {
    name: 'TCP clients of the same load balancer',
    mode: HaproxyMode.TCP,
    clients: { 'TCP sessions': 4 },
    ingress: () => new LingeringTargets(BY_NLB.drainMillis),
    ...BY_NLB,
  },
];

/** What happened to the clients of a proxy in a case. */
export interface Stopped {
  readonly proxy: string;
  readonly ours: boolean;
  readonly case: string;
  readonly reports: Partial<Record<ClientKind, Pick<LoadReport, 'requests'> & { readonly lost: number }>>;
  readonly requests: number;
  readonly lost: number;
  /** The longest stop of a task that ended itself, s. */
  readonly slowestSeconds: number;
  /** How many tasks were stopped, and how many of them were killed at the end of the stop timeout. */
  readonly stopped: number;
  readonly killed: number;
}

/** Replaces the tasks of all proxies at the same time, so that they share the state of the machine. */
export async function measureStops(all: readonly StoppedProxy[], progress: (line: string) => void): Promise<Stopped[]> {
  const dns = new ElbDns();
  dns.point('127.0.0.1');
  const nameserver = (await dns.listen()).address;
  const http = createHttpServer(({ url }, response) => {
    url === SLOW_PATH ? setTimeout(() => response.end('ok'), SLOW_MILLIS) : response.end('ok');
  });
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  const results: Stopped[] = [];
  try {
    await Promise.all([http, echo].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
    for (const one of STOP_CASES) {
      progress(`tasks are replaced: ${one.name}`);
      const { mode, drainMillis, stopTimeoutMillis } = one;
      const upstreamPort = portOf(mode === HaproxyMode.TCP ? echo : http);
      const [port, adminPort] = (await freePorts(2)) as [number, number];
      const settings = { mode, port, adminPort, upstreamPort, nameserver, drainMillis, stopTimeoutMillis };
      const proxies = all.filter(({ modes }) => modes.includes(mode));
      // All of them end, so that no process of one that fails is left over.
      const ended = await Promise.allSettled(proxies.map((proxy, i) => replaceTasks(proxy, one, settings, 40 + i)));
      for (const result of ended) {
        if (result.status === 'rejected') {
          throw result.reason;
        }
        results.push(result.value);
      }
    }
  } finally {
    http.close();
    echo.close();
    await dns.close();
  }
  return results;
}

async function replaceTasks(
  proxy: StoppedProxy,
  { name, clients, ingress: makeIngress }: StopCase,
  settings: TaskSettings,
  network: number,
): Promise<Stopped> {
  const ingress = makeIngress();
  const { port, stopTimeoutMillis } = settings;
  const service = new EcsService({ stopTimeoutMillis, ingress, network, start: proxy.start(settings) });
  let load: ClientLoad | undefined;
  try {
    await service.scaleTo(TASKS);
    load = new ClientLoad(clients, ingress, port, PAUSE_MILLIS);
    await service.replaceEverything(settings.drainMillis + PAUSE_BETWEEN_MILLIS);
    const reports = Object.entries(await load.stop()).map(
      ([kind, { requests, lost }]) => [kind, { requests, lost: lost.length }] as const,
    );
    const sum = (what: 'requests' | 'lost') => reports.reduce((total, [, report]) => total + report[what], 0);
    const { ends } = service;
    const inTime = ends.filter(({ exitCode }) => exitCode !== undefined);
    return {
      proxy: proxy.name,
      ours: proxy.ours,
      case: name,
      reports: Object.fromEntries(reports),
      requests: sum('requests'),
      lost: sum('lost'),
      slowestSeconds: Math.max(0, ...inTime.map(({ afterMillis }) => afterMillis)) / 1000,
      stopped: ends.length,
      killed: ends.length - inTime.length,
    };
  } finally {
    await Promise.all([load?.stop(), service.close()]);
  }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
