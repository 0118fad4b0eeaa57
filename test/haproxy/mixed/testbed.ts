import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseSpec } from '../../../bin/spec';
import { modelOfSpec, versionOf } from '../../../bin/spec/to-model';
import type { HaproxyConfigModel } from '../../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../../lib/haproxy/render/config';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { CertificateAuthority, makeCertificate, type TestCertificate } from '../../../testbed/certificate';
import { DnsServer } from '../../../testbed/dns-server';
import { HaproxyProcess } from '../../../testbed/haproxy-process';
import { freePorts } from '../../../testbed/ports';
import { availableBinaries, hasTls } from '../../support/binaries';
import { ask, until } from '../running';
import { SecureNode } from '../secure-node';
import { ELB, MACHINE, MIXTURES, type Mixture, NAME, type Nodes, SERVED, type Spec } from './mixtures';

export const BINARIES = availableBinaries().filter(hasTls);

const ENVIRONMENT = {
  account: '111111111111',
  region: 'eu-west-1',
  vpc: { id: 'vpc-0123456789abcdef0' },
};

/** What a branch refuses, by its own words. */
const REFUSED = / needs HAProxy \d\.\d or later| before 2\.2/;

/** The model of a proxy for a binary; undefined where its branch refuses the proxy. */
function modelOf(spec: Spec, binary: HaproxyBinary): HaproxyConfigModel | undefined {
  const document = {
    environments: { test: ENVIRONMENT },
    proxies: { shop: { haproxyVersion: binary.branch, ...spec } },
  };
  try {
    const { environments } = parseSpec(JSON.stringify(document), 'spec.yaml');
    const { shop } = environments.test!.proxies;
    expect(versionOf(shop!)).toEqual(HaproxyVersion.of(binary.branch));
    return modelOfSpec(shop!);
  } catch (error) {
    expect((error as Error).message).toMatch(REFUSED);
    return undefined;
  }
}

/** A client with one connection of HTTP/2. */
class Visitor {
  readonly #session: ClientHttp2Session;

  public constructor(listen: number, certificate?: TestCertificate) {
    const { cert, key } = certificate ?? {};
    this.#session = connect(`https://127.0.0.1:${listen}`, {
      cert,
      key,
      rejectUnauthorized: false,
      servername: 'www.test',
    });
    this.#session.on('error', () => {});
  }

  /** Gets a page; nothing when the connection is refused. */
  public async get(url: string, headers: Record<string, string> = {}) {
    const stream = this.#session.request({ ':path': url, ...headers });
    const head = new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    const body = await text(stream).catch(() => undefined);
    if (body === undefined || body === '') {
      return undefined;
    }
    const { ':status': code, ...rest } = await head;
    return { status: code as number, headers: rest, body };
  }

  public close(): void {
    this.#session.destroy();
  }
}

/** What is tried with a running process. */
interface Process {
  readonly binary: HaproxyBinary;
  readonly listen: number;
  readonly redirect: number;
  visitor(certificate?: TestCertificate): Visitor;
}

/** A load balancer and machines, and the certificates of all. */
export class MixedTestbed {
  public static async start(): Promise<MixedTestbed> {
    const folder = mkdtempSync(path.join(tmpdir(), 'mixed-'));
    const certificate = makeCertificate(folder, SERVED);
    const dns = new DnsServer();
    dns.set(NAME, [ELB]);
    const [port] = (await freePorts(1)) as [number];
    const servers = [
      await SecureNode.listen('elb', certificate, ELB, port),
      await SecureNode.listen('machines', certificate, MACHINE, port),
    ];
    return new MixedTestbed(folder, { port, caFile: certificate.caFile }, dns, servers);
  }

  /** Certificates of clients. */
  public readonly clients: Readonly<Record<'good' | 'revoked', TestCertificate>>;
  /** By their names in a generated configuration. */
  readonly #files: Readonly<Record<string, string>>;

  private constructor(
    private readonly folder: string,
    private readonly nodes: Nodes,
    private readonly dns: DnsServer,
    private readonly servers: readonly SecureNode[],
  ) {
    const ours = new CertificateAuthority(folder, 'ours');
    this.clients = { good: ours.issue('good'), revoked: ours.issue('revoked') };
    ours.revoke(this.clients.revoked);
    const list = path.join(folder, 'list');
    writeFileSync(list, ours.revocationList());
    this.#files = {
      'listen.pem': ours.issue('www', { dnsName: 'www.test' }).file,
      'listen-2.pem': ours.issue('api', { dnsName: 'api.test' }).file,
      'client-ca.pem': ours.certificate.caFile,
      'client-crl.pem': list,
    };
  }

  /** The configuration of a mixture for a binary; undefined where its branch refuses the mixture. */
  public configOf(
    mixture: Mixture,
    binary: HaproxyBinary,
    changes: (model: HaproxyConfigModel) => Partial<HaproxyConfigModel> = () => ({}),
  ): string | undefined {
    const model = modelOf(MIXTURES[mixture](this.nodes), binary);
    if (model === undefined) {
      return undefined;
    }
    const config = HaproxyConfig.render(HaproxyVersion.of(binary.branch), { ...model, ...changes(model) });
    return config.replace(/\/dev\/shm\/([\w-]+\.pem)/g, (_, name: string) => this.#files[name] ?? name);
  }

  /** Runs something with the process of each binary that takes a mixture. */
  public async onEach(mixture: Mixture, tryIt: (process: Process) => Promise<void>): Promise<void> {
    let tried = 0;
    const settled = await Promise.allSettled(
      BINARIES.map(async (binary) => {
        const [listen, redirect, health] = (await freePorts(3)) as [number, number, number];
        const at = (one: number) => ({ address: '127.0.0.1', port: one });
        const { address } = await this.dns.listen();
        const config = this.configOf(mixture, binary, ({ redirectPort }) => ({
          listen: at(listen),
          redirectPort: redirectPort && redirect,
          health: at(health),
          runtimeApi: undefined,
          resolution: { nameservers: [address], holdValidMillis: 500 },
        }));
        if (config === undefined) {
          return;
        }
        const haproxy = HaproxyProcess.of(binary, config);
        const visitors: Visitor[] = [];
        try {
          await until('it is ready', async () => {
            if (haproxy.ended) {
              throw new Error(`HAProxy ${binary.version} does not start: ${haproxy.output}`);
            }
            return (await ask(health, { path: '/ready' }))?.status === 200;
          });
          const visitor = (certificate?: TestCertificate) => {
            visitors.push(new Visitor(listen, certificate));
            return visitors.at(-1)!;
          };
          tried += 1;
          await tryIt({ binary, listen, redirect, visitor });
        } catch (error) {
          throw new Error(`HAProxy ${binary.version}: ${(error as Error).message}`, { cause: error });
        } finally {
          for (const one of visitors) {
            one.close();
          }
          await haproxy.stop();
        }
      }),
    );
    for (const one of settled) {
      if (one.status === 'rejected') {
        throw one.reason;
      }
    }
    expect(tried).toBeGreaterThan(0);
  }

  public async close(): Promise<void> {
    for (const server of this.servers) {
      server.close();
    }
    await this.dns.close();
    rmSync(this.folder, { recursive: true });
  }
}
