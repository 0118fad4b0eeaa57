import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { AwsError } from './aws-error';
import { awsJson10, awsJson11 } from './aws-json';
import { awsQuery } from './aws-query';
import { ec2Query } from './ec2-query';
import type { AwsCall, AwsHandlers } from './operations';
import type { Protocol } from './protocol';
import { restJson, restJsonOfSecurityHub } from './rest-json';
import { restXml } from './rest-xml';
import { type Identity, type SignedRequest, verifySignature } from './signature';

/** Each reads its own requests. */
const PROTOCOLS: readonly Protocol[] = [
  awsJson11,
  awsJson10,
  awsQuery,
  ec2Query,
  restJson,
  restJsonOfSecurityHub,
  restXml,
];

/** The caller. Its keys do not look like real ones, which a scanner for secrets would report. */
const IDENTITY: Identity = {
  accessKeyId: 'local-access-key',
  secretAccessKey: 'local-secret-key',
  sessionToken: 'local-session-token',
  region: 'eu-west-1',
};

/**
 * AWS services on a local port, in their real wire formats and with verified signatures, so that the unmodified AWS SDK
 * works with them: its serialization, signing, error classes and retries are real.
 */
export class AwsEndpoints {
  /**
   * Starts the endpoints on a free port of 127.0.0.1.
   *
   * @param handlers the answers by `service:Operation`; a handler may throw an `AwsError` or never settle
   */
  static async start(handlers: AwsHandlers): Promise<AwsEndpoints> {
    const endpoints = new AwsEndpoints(handlers);
    await once(endpoints.#server.listen(0, '127.0.0.1'), 'listening');
    return endpoints;
  }

  /** Every request whose signature was right, in the order of arrival, answered or not. The SDK's retries count. */
  readonly calls: AwsCall[] = [];

  /** Every request as it arrived, in the order of arrival. A request that is sent again is answered again. */
  readonly requests: SignedRequest[] = [];

  /**
   * Is awaited with each call when it has arrived, and again when its work is done and its answer is not sent yet: the two
   * moments at which a caller may be killed. What it throws is the answer.
   */
  onCall?: ((call: AwsCall, moment: 'received' | 'done') => unknown) | undefined;

  /** The clock, which the callers' clocks must agree with, ms since 1970. */
  now: () => number = Date.now;

  /** Callers with credentials of their own, such as those of an assumed role, and their regions. */
  readonly callers: Identity[] = [IDENTITY];

  readonly #callers = new WeakMap<AwsCall, Identity>();
  readonly #handlers: Record<string, ((input: never) => unknown) | undefined>;
  readonly #server: Server;

  private constructor(handlers: AwsHandlers) {
    this.#handlers = { ...handlers };
    this.#server = createServer((request, response) => {
      // Only a request that is cut off or that no SDK writes can fail here.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** Who made a call: its signature is verified. */
  callerOf(call: AwsCall): Identity | undefined {
    return this.#callers.get(call);
  }

  /** Where the services listen. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * What a process needs in its environment for its SDK clients to call here, with temporary credentials as a Lambda
   * has.
   */
  get environment() {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: IDENTITY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: IDENTITY.secretAccessKey,
      AWS_SESSION_TOKEN: IDENTITY.sessionToken,
      AWS_REGION: IDENTITY.region,
    };
  }

  /** The same for a client in this process: `new SSMClient(aws.clientConfig)`. */
  get clientConfig() {
    const { region, ...credentials } = IDENTITY;
    return { endpoint: this.url, region, credentials };
  }

  /** Stops at once; requests that still wait for an answer are cut off. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const { method = '', url: path = '', headers } = request;
    const body = await buffer(request);
    const wire = { method, path, headers, body: body.toString() };
    const reader = PROTOCOLS.find((each) => each.read(wire));
    const protocol = reader ?? PROTOCOLS.find(({ accepts }) => accepts === headers['content-type']) ?? awsJson11;
    const call = reader?.read(wire);
    const signed = { method, path, headers, body };
    this.requests.push(signed);
    const answer = await this.#answer(signed, call, protocol, requestId).catch((error) => {
      const awsError = error instanceof AwsError ? error : new AwsError(protocol.codes.internal, String(error), 500);
      const { headers: more } = protocol.headOf?.(awsError) ?? {};
      return { status: awsError.status, more, body: protocol.writeError(awsError, requestId) };
    });
    const date = new Date(this.now()).toUTCString();
    const head = { 'Content-Type': protocol.contentType, 'x-amzn-RequestId': requestId, Date: date, ...answer.more };
    response.writeHead(answer.status, head);
    response.end(answer.body);
  }

  async #answer(request: SignedRequest, call: AwsCall | undefined, protocol: Protocol, requestId: string) {
    if (!call) {
      const { method, path, body } = request;
      const what = `${method} ${path} ${Buffer.from(body)}`;
      throw new AwsError(protocol.codes.unknownOperation, `No service here reads ${what}`);
    }
    const caller = await verifySignature(request, call.service, this.callers, protocol.codes, new Date(this.now()));
    this.calls.push(call);
    this.#callers.set(call, caller);

    const name = `${call.service}:${call.operation}`;
    const handler = this.#handlers[name];
    if (!handler) throw new AwsError(protocol.codes.unknownOperation, `No handler for ${name}`);
    await this.onCall?.(call, 'received');
    const output = (await handler(call.input as never)) as object;
    await this.onCall?.(call, 'done');
    const { status = 200, headers: more } = protocol.headOf?.(output) ?? {};
    return { status, more, body: protocol.writeOutput(call, output, requestId) };
  }
}
