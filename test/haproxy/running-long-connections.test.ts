import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket, { WebSocketServer } from 'ws';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { DnsServer } from '../../testbed/dns-server';
import { freePorts } from '../../testbed/ports';
import { availableBinaries } from '../support/binaries';
import { run, until } from './running';

jest.setTimeout(120_000);

/** The load balancer's own: after this time without a byte it forgets a connection. */
const IDLE_MILLIS = 5000;
/** Shorter than the silence below: a client that is silent between two requests is closed soon. */
const CLIENT_MILLIS = 1000;
/** A silence that the load balancer bears. */
const SILENCE_MILLIS = 2500;
const ADDRESS = '127.0.0.2';

/** Who ended the WebSocket of each path first. */
const ended = new Map<string, string>();
let port: number;
let server: Server;
let dns: DnsServer;

/** A load balancer that forgets an idle WebSocket without a word, as a Network Load Balancer does. */
function forgetIdle(path: string, socket: Duplex): void {
  let timer: NodeJS.Timeout;
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ended.set(path, 'load balancer'), IDLE_MILLIS);
  };
  restart();
  socket.on('data', restart);
  socket.on('close', () => {
    clearTimeout(timer);
    ended.set(path, ended.get(path) ?? 'HAProxy');
  });
}

/** The whole body of an answer. */
function bodyOf(listen: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: listen, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject).on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

/** What a WebSocket receives after a silence, and the code of its end if it is silent for good. */
async function webSocket(listen: number, path: string): Promise<{ answer: string; code: number }> {
  const socket = new WebSocket(`ws://127.0.0.1:${listen}${path}`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await sleep(SILENCE_MILLIS);
  const answer = new Promise<string>((resolve) => socket.once('message', (text) => resolve(String(text))));
  socket.send('hello');
  return { answer: await Promise.race([answer, closed.then((code) => `closed with ${code}`)]), code: await closed };
}

interface Outcome {
  /** What a WebSocket answers after a silence. */
  readonly answer: string;
  /** How a WebSocket ends that is silent for good. */
  readonly code: number;
  readonly endedBy?: string;
  /** Server-sent events with a silence between them. */
  readonly events: string;
  /** A response that comes after a silence. */
  readonly poll: string;
}

async function outcomeOf(binary: HaproxyBinary): Promise<Outcome> {
  const [listen, health] = (await freePorts(2)) as [number, number];
  const haproxy = await run(binary, {
    upstream: { dnsName: 'elb.test', port, idleTimeoutMillis: IDLE_MILLIS },
    listen: { address: '127.0.0.1', port: listen },
    health: { address: '127.0.0.1', port: health },
    limits: { clientTimeoutMillis: CLIENT_MILLIS },
    resolution: { nameservers: [(await dns.listen()).address], holdValidMillis: 500 },
  });
  try {
    await until('the load balancer is found', async () => (await bodyOf(listen, '/')) === 'polled' || undefined);
    const path = `/${binary.version}`;
    const [socket, events, poll] = await Promise.all([
      webSocket(listen, path),
      bodyOf(listen, '/events'),
      bodyOf(listen, '/poll'),
    ]);
    return { ...socket, events, poll, endedBy: await until('an end', () => ended.get(path)) };
  } finally {
    await haproxy.stop();
  }
}

/** 1.6 does not start with a name that is not in the DNS of this machine. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.initAddr);
/** All at once, because they only wait. */
const outcomes = new Map<string, Promise<Outcome>>();

beforeAll(async () => {
  dns = new DnsServer();
  dns.set('elb.test', [ADDRESS]);
  [port] = (await freePorts(1)) as [number];
  server = createServer(({ url }, response) => {
    const events = url === '/events';
    if (events) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
    }
    setTimeout(() => response.end(events ? 'data: second\n\n' : 'polled'), SILENCE_MILLIS);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url, socket: stream }) => {
    forgetIdle(url!, stream);
    socket.on('error', () => {}).on('message', (text) => socket.send(`echo ${text}`));
  });
  await once(server.listen(port, ADDRESS), 'listening');
  for (const binary of BINARIES) {
    const outcome = outcomeOf(binary);
    outcome.catch(() => {});
    outcomes.set(binary.version, outcome);
  }
});

afterAll(async () => {
  await Promise.allSettled(outcomes.values());
  server.closeAllConnections();
  server.close();
  await dns.close();
});

test.each(BINARIES)('HAProxy $version lets the idle time of the load balancer decide', async ({ version }) => {
  expect(await outcomes.get(version)).toEqual({
    answer: 'echo hello',
    // No close frame: the connection ended.
    code: 1006,
    endedBy: 'HAProxy',
    events: 'data: first\n\ndata: second\n\n',
    poll: 'polled',
  });
});
