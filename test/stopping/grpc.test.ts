import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { Duration } from 'aws-cdk-lib';
import { HaproxyProtocol, HaproxyVersion } from '../../lib';
import type { HaproxyBinary } from '../../testbed/binaries';
import { GrpcClient, GrpcNode, type GrpcStream } from '../../testbed/grpc/service';
import { ElbDns } from '../../testbed/load-balancer';
import { freePorts } from '../../testbed/ports';
import { EcsService, templateTask } from '../../testbed/stopping/ecs-service';
import { LingeringTargets } from '../../testbed/stopping/ingress';
import { asProcess1 } from '../../testbed/stopping/pid-namespace';
import { until } from '../haproxy/running';
import { availableBinaries } from '../support/binaries';
import { containerOf } from './container';

jest.setTimeout(120_000);

const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.http2Upstream);
const launcher = asProcess1();
const DRAIN = Duration.seconds(4);
/** After the drain, running streams have 2 s: `stopTimeout` without the drain and the 5 s before its end. */
const STOP = Duration.seconds(11);
/** How long a load balancer still sends new connections to a task that stops. */
const LINGER_MILLIS = 3000;
const STREAMS = 3;

let dns: ElbDns;

beforeAll(() => {
  dns = new ElbDns();
  dns.point('127.0.0.1');
});

afterAll(() => dns.close());

/** A stream on a task, and when it ended. */
interface Opened {
  readonly task: string;
  readonly stream: GrpcStream;
  readonly endedAt: Promise<number>;
}

/** Stops one of two tasks under calls and streams. */
async function stopUnderGrpc(binary: HaproxyBinary, network: number) {
  const [port, upstreamPort] = (await freePorts(2)) as [number, number];
  const node = await GrpcNode.listen('127.0.0.1', upstreamPort);
  const container = containerOf(
    binary,
    { port: upstreamPort, protocol: HaproxyProtocol.HTTP2, healthCheck: { interval: Duration.millis(500) } },
    {
      listenPort: port,
      resolution: { nameservers: [(await dns.listen()).address], holdValid: Duration.seconds(1) },
      drainTime: DRAIN,
      stopTimeout: STOP,
    },
  );
  const ingress = new LingeringTargets(LINGER_MILLIS);
  const start = templateTask({ binary, container, port, signal: 'SIGTERM', launcher });
  const service = new EcsService({ stopTimeoutMillis: STOP.toMilliseconds(), ingress, network, start });
  const [leaving, staying] = [1, 2].map((i) => `127.0.${network}.${i}`) as [string, string];
  const clients: GrpcClient[] = [];
  const connectTo = (...addresses: string[]) => {
    const client = new GrpcClient(port, addresses);
    clients.push(client);
    return client;
  };
  const load = { calls: 0, failed: [] as string[], stopped: false };
  const call = async (client: GrpcClient) => {
    const { code, details } = await client.unary('where');
    load.calls += 1;
    if (code !== status.OK) {
      load.failed.push(`${code} ${details}`);
    }
    await sleep(50);
  };
  /** A client that keeps its connections to both tasks. */
  const keep = async () => {
    for (const client = connectTo(leaving, staying); !load.stopped; ) {
      await call(client);
    }
  };
  /** A client that opens a connection for each call, to a task that the load balancer chooses. */
  const renew = async () => {
    for (const find = ingress.finder(); !load.stopped; ) {
      const client = new GrpcClient(port, [find()]);
      await call(client);
      client.close();
    }
  };
  const streams: Opened[] = [];
  const open = (task: string) => {
    const client = connectTo(task);
    for (const stream of Array.from({ length: STREAMS }, () => [client.watch(), client.echo()]).flat()) {
      streams.push({ task, stream, endedAt: stream.ended.then(() => Date.now()) });
      stream.send('hello');
    }
    return until('each stream answers', () => streams.every(({ stream }) => stream.received > 0 || !stream.open));
  };
  let loops: Promise<void>[] = [];
  try {
    // One after the other, so that it is known which is the oldest.
    await service.scaleTo(1);
    await service.scaleTo(2);
    loops = [keep(), renew()];
    await Promise.all([open(leaving), open(staying)]);
    const since = Date.now();
    const stopped = service.scaleTo(1);
    await sleep(1000);
    // A load balancer still sends new ones to the task that stops.
    await open(leaving);
    await stopped;
    const gone = streams.filter(({ task }) => task === leaving);
    const times = (await Promise.all(gone.map(({ endedAt }) => endedAt))).map((at) => (at - since) / 1000);
    load.stopped = true;
    await Promise.all(loops);
    const kept = streams.filter(({ task }) => task === staying);
    return {
      version: binary.version,
      times,
      calls: load.calls,
      outcome: {
        failed: load.failed,
        enoughCalls: load.calls > 20,
        streams: gone.length,
        // CANCELLED, or INTERNAL where the connection is closed before its streams.
        endedWell: (await Promise.all(gone.map(({ stream }) => stream.ended))).filter(({ code }) => code === status.OK)
          .length,
        answered: gone.every(({ stream }) => stream.received > 0),
        beforeDrainEnded: times.filter((time) => 1000 * time < DRAIN.toMilliseconds()).length,
        ofOthers: kept.filter(({ stream }) => !stream.open).length,
        killed: service.ends.filter(({ exitCode }) => exitCode === undefined).length,
      },
    };
  } finally {
    load.stopped = true;
    await Promise.allSettled(loops);
    for (const client of clients) {
      client.close();
    }
    await service.close();
    node.kill();
  }
}

test('gRPC calls pass a stop, and streams of the task live until its drain ends', async () => {
  const settled = await Promise.allSettled(BINARIES.map((binary, i) => stopUnderGrpc(binary, 40 + i)));
  const results = settled.map((one) => {
    if (one.status === 'rejected') {
      throw one.reason;
    }
    return one.value;
  });
  const lines = results.map(
    ({ version, calls, times }) =>
      `${version}: ${calls} calls; ${times.length} streams of the task ended ${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)} s after its stop signal`,
  );
  console.log(lines.join('\n'));
  expect(results.map(({ version, outcome }) => ({ version, ...outcome }))).toEqual(
    BINARIES.map(({ version }) => ({
      version,
      failed: [],
      enoughCalls: true,
      streams: 4 * STREAMS,
      endedWell: 0,
      answered: true,
      beforeDrainEnded: 0,
      ofOthers: 0,
      killed: 0,
    })),
  );
});
