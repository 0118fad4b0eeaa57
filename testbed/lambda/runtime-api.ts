import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Deferred } from './deferred';

/** One event for the handler. */
interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** When the time is up, in milliseconds since 1970. */
  readonly deadline: number;
  readonly event: unknown;
  /** How far the clock of the process is ahead, ms. */
  readonly clockAhead: number;
}

/** The result of the handler. */
export interface Outcome {
  /** What the handler returned, or `{ errorType, errorMessage, ... }` of what it threw. */
  readonly payload: unknown;
  /** Set when the handler threw. */
  readonly functionError?: 'Unhandled';
}

type Route = [request: RegExp, handle: (api: RuntimeApi, body: string, response: ServerResponse) => void];

/**
 * The Lambda Runtime API for one process of a function: the process asks for work, and posts the result.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  static readonly #ROUTES: Route[] = [
    [/^GET .*\/invocation\/next$/, (api, _body, response) => api.#question.resolve(response)],
    [/^POST .*\/invocation\/[^/]+\/response$/, (api, body) => api.#outcome.resolve({ payload: JSON.parse(body) })],
    [
      /^POST .*\/invocation\/[^/]+\/error$/,
      (api, body) => api.#outcome.resolve({ payload: JSON.parse(body), functionError: 'Unhandled' }),
    ],
    [/^POST .*\/init\/error$/, (api, body) => api.#initError.resolve(JSON.parse(body).errorMessage)],
  ];

  /** Starts the API on a free port of 127.0.0.1. */
  static async start(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    await once(api.#server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  readonly #server: Server;
  /** The process's request for work, which stays unanswered until there is some. */
  #question = new Deferred<ServerResponse>();
  #outcome = new Deferred<Outcome>();
  readonly #initError = new Deferred<string>();

  private constructor() {
    this.#server = createServer((request, response) => {
      // Only a process that is killed while it posts can fail here.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** Host and port, as the environment of the process has it. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolved with the message of the error that ends the init phase, if one does. */
  get initError(): Promise<string> {
    return this.#initError.promise;
  }

  /** Waits until the process asks for work; for the first time, that is the end of its init phase. */
  async ready(): Promise<void> {
    await this.#question.promise;
  }

  /** Hands out one event and waits for what becomes of it. */
  async invoke({ requestId, functionArn, deadline, event, clockAhead }: Invocation): Promise<Outcome> {
    const question = await this.#question.promise;
    this.#question = new Deferred();
    this.#outcome = new Deferred();
    question.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'x-clock-ahead-millis': String(clockAhead),
      'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    });
    question.end(JSON.stringify(event));
    return this.#outcome.promise;
  }

  /** Stops at once. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    const [, handle] = RuntimeApi.#ROUTES.find(([pattern]) => pattern.test(line)) ?? [];
    if (!handle) {
      response.writeHead(404).end();
      return;
    }
    handle(this, await text(request), response);
    if (request.method === 'POST') {
      response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
    }
  }
}
