import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Duration } from 'aws-cdk-lib';
import WebSocket, { WebSocketServer } from 'ws';
import {
  type ElbUpstreamOptions,
  type HaproxyElbProxyProps,
  HaproxyMode,
  HaproxyVersion,
  Locality,
  UpstreamIdentity,
} from '../../lib';
import type { HaproxyBinary } from '../../testbed/binaries';
import { EcsMetadata } from '../../testbed/ecs-metadata';
import type { ContainerDefinition } from '../../testbed/ecs-task';
import { IDENTITY_BODY, IDENTITY_PATH } from '../../testbed/identity';
import { ElbDns } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { type ClientKind, ClientLoad, type LoadReport, SLOW_PATH } from '../../testbed/stopping/clients';
import { EcsService, templateTask } from '../../testbed/stopping/ecs-service';
import { CloudMapName, LingeringTargets, type TaskIngress } from '../../testbed/stopping/ingress';
import { asProcess1 } from '../../testbed/stopping/pid-namespace';
import { until } from '../haproxy/running';
import { availableBinaries } from '../support/binaries';
import { containerOf } from './container';

/*
 * A stop in small: clients find a stopping task for 3 s, and it drains for 4 s. In AWS they find it for 10 s and more by
 * a name, and for 2 minutes behind a Network Load Balancer; the defaults are long enough for that, which
 * test/constructs checks.
 */
const LINGER_MILLIS = 3000;
const DRAIN = Duration.seconds(4);
const STOP = Duration.seconds(16);
const SLOW_MILLIS = 1500;

jest.setTimeout(180_000);

const BINARIES = availableBinaries();
const launcher = asProcess1();
if (launcher === undefined) {
  console.log('not available: a PID namespace; the tasks are stopped as ordinary processes');
}

let dns: ElbDns;
let http: HttpServer;
let echo: Server;
let metadata: EcsMetadata;

beforeAll(async () => {
  dns = new ElbDns();
  dns.point('127.0.0.1');
  http = createHttpServer(({ url }, response) => {
    const answer = () => response.end(url === IDENTITY_PATH ? IDENTITY_BODY : 'ok');
    url === SLOW_PATH ? setTimeout(answer, SLOW_MILLIS) : answer();
  });
  new WebSocketServer({ server: http }).on('connection', (socket) => {
    socket.on('error', () => {}).on('message', (data) => socket.send(data));
  });
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  metadata = await EcsMetadata.start('eu-west-1a');
  await Promise.all([http, echo].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
});

afterAll(() => {
  http.closeAllConnections();
  http.close();
  echo.close();
  return Promise.all([dns.close(), metadata.close()]);
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** The container of a synthesized proxy whose stop is a small one. */
async function stoppedContainer(
  binary: HaproxyBinary,
  props: Partial<HaproxyElbProxyProps>,
  listenPort: number,
  options: Partial<ElbUpstreamOptions> = {},
) {
  const upstream = {
    port: portOf(props.mode === HaproxyMode.TCP ? echo : http),
    healthCheck: { interval: Duration.millis(500) },
    ...options,
  };
  return containerOf(binary, upstream, {
    listenPort,
    resolution: {
      nameservers: [(await dns.listen()).address],
      holdValid: Duration.seconds(1),
      holdObsolete: Duration.seconds(2),
    },
    drainTime: DRAIN,
    stopTimeout: STOP,
    ...props,
  });
}

/** The same with a proof of identity and, from 2.2 on, a zone that comes first. */
async function containerWithBoth(binary: HaproxyBinary, listenPort: number): Promise<ContainerDefinition> {
  const { environment, ...container } = await stoppedContainer(binary, {}, listenPort, {
    identity: UpstreamIdentity.response({ path: IDENTITY_PATH, host: 'identity.test', body: IDENTITY_BODY }),
    // A busy machine answers a request later than it accepts a connection.
    healthCheck: { interval: Duration.seconds(5) },
    ...(HaproxyVersion.of(binary.branch)._capabilities.luaWeights && {
      locality: Locality.preferZone({ 'eu-west-1a': ['127.0.0.0/8'] }),
    }),
  });
  return { ...container, environment: { ...environment, ...metadata.environment } };
}

const CLIENTS: Record<HaproxyMode, Partial<Record<ClientKind, number>>> = {
  [HaproxyMode.HTTP]: { 'new connections': 3, 'kept-alive connections': 3, 'long requests': 1 },
  [HaproxyMode.TCP]: { 'TCP sessions': 4 },
};

interface Outcome {
  readonly version: string;
  readonly lost: Record<string, readonly string[]>;
  /** Tasks that were killed at the end of the stop timeout. */
  readonly killed: number;
  readonly stopped: number;
}

/** Replaces the tasks one by one, scales 2 to 6 to 2 and replaces all at once, under load. */
async function replaceEverything(
  binary: HaproxyBinary,
  network: number,
  mode: HaproxyMode,
  ingress: TaskIngress,
  signal: NodeJS.Signals,
  both: boolean,
): Promise<Outcome> {
  const [port] = await freePorts(1);
  const container = await (both ? containerWithBoth(binary, port!) : stoppedContainer(binary, { mode }, port!));
  const stopTimeoutMillis = STOP.toMilliseconds();
  const start = templateTask({ binary, container, port: port!, signal, launcher });
  const service = new EcsService({ stopTimeoutMillis, ingress, network, start });
  let load: ClientLoad | undefined;
  try {
    await service.scaleTo(2);
    load = new ClientLoad(CLIENTS[mode], ingress, port!);
    await service.replaceEverything();
    const reports = Object.entries(await load.stop()) as [string, LoadReport][];
    for (const [kind, { requests }] of reports) {
      // Else nothing is shown.
      expect({ kind, enough: requests > 1 }).toEqual({ kind, enough: true });
    }
    return {
      version: binary.version,
      lost: Object.fromEntries(reports.map(([kind, { lost }]) => [kind, lost])),
      killed: service.ends.filter(({ exitCode }) => exitCode === undefined).length,
      stopped: service.ends.length,
    };
  } finally {
    await Promise.all([load?.stop(), service.close()]);
  }
}

/** A way in which clients find tasks that stop, and whether the tasks prefer a zone and require a proof of identity. */
type Shape = [what: string, mode: HaproxyMode, ingress: () => TaskIngress, signal: NodeJS.Signals, both: boolean];

const targets = () => new LingeringTargets(LINGER_MILLIS);
const SHAPES: Shape[] = [
  ['HTTP clients of a name', HaproxyMode.HTTP, () => new CloudMapName(LINGER_MILLIS), 'SIGUSR1', false],
  ['HTTP clients of a load balancer, with a zone and an identity,', HaproxyMode.HTTP, targets, 'SIGTERM', true],
  ['TCP clients of a load balancer', HaproxyMode.TCP, targets, 'SIGTERM', false],
];

test('some binary is available', () => {
  expect(BINARIES).not.toEqual([]);
});

test.each(SHAPES)(
  '%s lose no request while tasks are replaced, scaled and stopped',
  async (_, mode, ingress, signal, both) => {
    // All of them end, so that no process of one that fails is left over.
    const settled = await Promise.allSettled(
      BINARIES.map((binary, i) => replaceEverything(binary, 20 + i, mode, ingress(), signal, both)),
    );
    const outcomes = settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason));
    const nothing = Object.fromEntries(Object.keys(CLIENTS[mode]).map((kind) => [kind, []]));
    expect(outcomes).toEqual(BINARIES.map(({ version }) => ({ version, lost: nothing, killed: 0, stopped: 8 })));
  },
);

/** A WebSocket that sends a message every now and then. */
class Chat {
  /** How it ended: the code, and ms since the epoch. */
  public end?: { readonly code: number; readonly at: number };
  public answers = 0;
  readonly #socket: WebSocket;
  readonly #timer: NodeJS.Timeout;

  public constructor(
    public readonly address: string,
    port: number,
  ) {
    this.#socket = new WebSocket(`ws://${address}:${port}/`);
    this.#timer = setInterval(() => this.#socket.readyState === WebSocket.OPEN && this.#socket.send('hello'), 500);
    this.#socket
      .on('error', () => {})
      .on('message', () => {
        this.answers += 1;
      });
    this.#socket.on('close', (code) => {
      this.end = { code, at: Date.now() };
    });
  }

  public async opened(): Promise<void> {
    await once(this.#socket, 'open');
  }

  public close(): void {
    clearInterval(this.#timer);
    this.#socket.terminate();
  }
}

/** Knows which task left. */
class RememberingTargets extends LingeringTargets {
  public left?: string;

  public override deregister(address: string): void {
    this.left = address;
    super.deregister(address);
  }
}

const CHATS = 20;
/** After the drain, running connections have 2 s: `stopTimeout` without the drain and the 5 s before its end. */
const SHORT_STOP = Duration.seconds(11);

/** Replaces one of two tasks that have WebSockets. */
async function replaceUnderWebSockets(binary: HaproxyBinary, network: number) {
  const [port] = (await freePorts(1)) as [number];
  const container = await stoppedContainer(binary, { stopTimeout: SHORT_STOP }, port);
  const ingress = new RememberingTargets(LINGER_MILLIS);
  const start = templateTask({ binary, container, port, signal: 'SIGTERM', launcher });
  const service = new EcsService({ stopTimeoutMillis: SHORT_STOP.toMilliseconds(), ingress, network, start });
  const chats: Chat[] = [];
  try {
    await service.scaleTo(2);
    const find = ingress.finder();
    const open = () => {
      const some = Array.from({ length: CHATS }, () => new Chat(find(), port));
      chats.push(...some);
      return Promise.all(some.map((chat) => chat.opened()));
    };
    await open();
    await service.scaleTo(3);
    const since = Date.now();
    const stopped = service.scaleTo(2);
    // A load balancer still sends new ones to the task that stops.
    await open();
    await stopped;
    const of = chats.filter(({ address }) => address === ingress.left);
    await until('all of the task have ended', () => of.every(({ end }) => end !== undefined) || undefined);
    const times = of.map(({ end }) => (end!.at - since) / 1000);
    return {
      version: binary.version,
      times,
      outcome: {
        several: of.length > 2,
        spoke: chats.every(({ answers }) => answers > 0),
        beforeDrainEnded: times.filter((time) => 1000 * time < DRAIN.toMilliseconds()).length,
        codes: [...new Set(of.map(({ end }) => end!.code))],
        ofOthers: chats.filter((chat) => !of.includes(chat) && chat.end !== undefined).length,
        killed: service.ends.filter(({ exitCode }) => exitCode === undefined).length,
      },
    };
  } finally {
    for (const chat of chats) {
      chat.close();
    }
    await service.close();
  }
}

test('WebSockets live until the drain of their task ends, and end before it is killed', async () => {
  const settled = await Promise.allSettled(BINARIES.map((binary, i) => replaceUnderWebSockets(binary, 20 + i)));
  const results = settled.map((one) => {
    if (one.status === 'rejected') {
      throw one.reason;
    }
    return one.value;
  });
  const lines = results.map(
    ({ version, times }) =>
      `${version}: ${times.length} WebSockets of the task ended ${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)} s after its stop signal`,
  );
  console.log(lines.join('\n'));
  expect(results.map(({ version, outcome }) => ({ version, ...outcome }))).toEqual(
    BINARIES.map(({ version }) => ({
      version,
      several: true,
      spoke: true,
      beforeDrainEnded: 0,
      codes: [1006],
      ofOthers: 0,
      killed: 0,
    })),
  );
});
