import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../testbed/binaries';
import { HaproxyProcess } from '../../testbed/haproxy-process';

/** Generous: the tests do not measure times. */
const DEADLINE_MILLIS = 30_000;

/** Repeats a query until it has a result, and returns the result. */
export async function until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const deadline = Date.now() + DEADLINE_MILLIS; Date.now() < deadline; await sleep(50)) {
    const found = await probe();
    if (found !== undefined && found !== false) {
      return found;
    }
  }
  throw new Error(`it never came to this: ${what}`);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a request is made. */
export interface Ask {
  /** Where the proxy listens. @default '127.0.0.1' */
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** The client's own address. */
  readonly from?: string;
  /** Speaks TLS and asks for this name. */
  readonly servername?: string;
}

/** What one request on a fresh connection is answered with; nothing when the connection is closed without an answer. */
export function ask(
  port: number,
  { path = '/', from, body, servername, ...rest }: Ask = {},
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      localAddress: from,
      timeout: DEADLINE_MILLIS,
      ...rest,
    };
    const pending =
      servername === undefined ? request(options) : requestTls({ ...options, servername, rejectUnauthorized: false });
    pending.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    pending.on('timeout', () => pending.destroy());
    pending.on('error', () => resolve(undefined));
    pending.end(body);
  });
}

/** Sends bytes as they are, and gives all that comes back until the other side closes. */
export function converse(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/** An upstream that answers with its name and the request. */
export class Echo {
  public static async listen(name: string, address: string, port: number): Promise<Echo> {
    const server = createServer((incoming, response) => {
      const { method, url, rawHeaders } = incoming;
      echo.requests += 1;
      incoming.resume().on('end', () => {
        echo.trailers.push(incoming.rawTrailers);
        response.setHeader('X-Internal', 'secret').end(JSON.stringify({ name, method, url, rawHeaders }));
      });
    });
    const echo = new Echo(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
    return echo;
  }

  public requests = 0;
  /** The trailers of each request that has ended. */
  public readonly trailers: string[][] = [];

  private constructor(private readonly server: Server) {}

  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }
}

/** What an {@link Echo} was asked. */
interface Echoed {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
}

export function echoed(answer: Answer | undefined): Echoed {
  expect(answer?.status).toBe(200);
  return JSON.parse(answer!.body) as Echoed;
}

/** The values of a header as they came in. */
export function valuesOf({ rawHeaders }: Echoed, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === name.toLowerCase());
}

/** A real process with the generated configuration, once its health port answers. */
export async function run(
  binary: HaproxyBinary,
  model: HaproxyConfigModel & { health: { port: number } },
): Promise<HaproxyProcess> {
  const haproxy = HaproxyProcess.of(binary, HaproxyConfig.render(HaproxyVersion.of(binary.branch), model));
  await until(`HAProxy ${binary.version} is up`, async () => {
    if (haproxy.ended) {
      throw new Error(`HAProxy ${binary.version} does not start: ${haproxy.output}`);
    }
    return (await ask(model.health.port, { path: '/live' }))?.status === 200 || undefined;
  });
  return haproxy;
}
