import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRuntime } from '../../lambda/probe/runtime-client';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import type { HaproxyBinary } from '../../testbed/binaries';
import { makeCertificate, type TestCertificate } from '../../testbed/certificate';
import { type DnsListener, DnsServer } from '../../testbed/dns-server';
import { HaproxyProcess } from '../../testbed/haproxy-process';
import { LocalNodes } from '../../testbed/nodes';
import { freePorts } from '../../testbed/ports';
import { type Ask, ask, until } from '../haproxy/running';
import { availableBinaries, hasTls } from '../support/binaries';

/**
 * What a rule says of a running process, compared with the process: each rule has sections with its fault and sections
 * with its help, and exactly those that the linter reports behave badly.
 */

jest.setTimeout(60_000);

/** 1.6 and 1.7 have one slot. */
const BINARIES = availableBinaries().filter(({ branch }) => HaproxyVersion.of(branch)._capabilities.serverTemplate);

const DOMAIN = 'eu-west-1.elb.amazonaws.com';
/** Two nodes, and the name of them. */
const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.3'];
const NAME = `internal-orders-1.${DOMAIN}`;
/** Has addresses of both families. */
const DUAL = `dualstack.orders-1.${DOMAIN}`;
/** Has as many addresses as an answer of an ELB shows. */
const EIGHT = `internal-eight-1.${DOMAIN}`;
/** Does not exist. */
const GONE = `internal-gone-1.${DOMAIN}`;
/** An answer with its addresses has more than 512 bytes. */
const LARGE = `internal-large-1.${DOMAIN}`;
/** Moves from the first node to the second. */
const MOVES = `internal-moves-1.${DOMAIN}`;
/** How queries for a name fail after a while. */
const FAILURES = {
  [`internal-silent-1.${DOMAIN}`]: 'silent',
  [`internal-refused-1.${DOMAIN}`]: 'refused',
  [`internal-servfail-1.${DOMAIN}`]: 'servfail',
  [`internal-nxdomain-1.${DOMAIN}`]: 'nxdomain',
} as const;
const [SILENT, REFUSED, SERVFAIL, NXDOMAIN] = Object.keys(FAILURES) as [string, string, string, string];

/** The name on the certificate of the node with TLS. */
const CERTIFIED = 'app.test';

let folder: string;
let certificate: TestCertificate;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rules-running-'));
  certificate = makeCertificate(folder, CERTIFIED);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('some binary has slots', () => {
  expect(BINARIES).not.toEqual([]);
});

/** Where the nodes listen, and the certificate of the one with TLS. */
interface Nodes {
  readonly port: number;
  readonly tlsPort: number;
  readonly caFile: string;
}

/** The lines of a `listen` section below its `bind` line. */
interface Body {
  readonly lines: (nodes: Nodes, resolvers: string) => readonly string[];
  /** The lines of a `resolvers` section of its own. @default - it uses that of the others */
  readonly resolvers?: readonly string[];
  /** The first branch that can have it. @default - every one with slots */
  readonly since?: string;
  /** It needs a binary with TLS. @default false */
  readonly tls?: boolean;
}

const body = (...lines: readonly string[]): Body => ({
  lines: ({ port, tlsPort, caFile }, resolvers) =>
    lines.map((line) =>
      line
        .replaceAll('TLS_PORT', String(tlsPort))
        .replaceAll('PORT', String(port))
        .replaceAll('CA_FILE', caFile)
        .replaceAll('RESOLVERS', resolvers),
    ),
});

const template = (name: string, more = '', count = 2) =>
  `server-template e ${count} ${name}:PORT resolvers RESOLVERS init-addr none ${more}`;
/** Some slots for a name. */
const slots = (name: string, more = '', count = 2): Body => body(template(name, more, count));
/** Slots with a `resolvers` section of their own. */
const resolved = (name: string, ...resolvers: string[]): Body => ({ ...slots(name, IPV4), resolvers });

const IPV4 = 'resolve-prefer ipv4';
const RESOLVE = `http-request do-resolve(txn.ip,r,ipv4) str(${GONE})`;
const SET = 'http-request set-dst var(txn.ip)';
const FOUND = '{ var(txn.ip) -m found }';
const DENY = `http-request deny deny_status 503 unless ${FOUND}`;
/** Has no address of its own. */
const OPEN = 'server s 0.0.0.0:PORT';
/** Resolves a sample. Without a converter 2.2.9 asks for more than the name. */
const chosen = (sample: string): Body => ({
  ...body(`http-request do-resolve(txn.ip,RESOLVERS,ipv4) ${sample}`, DENY, SET, OPEN),
});
/** Answers with the address that a name has. */
const shown = (resolve: string): Body => ({
  ...body(`http-request ${resolve}`, 'http-request return status 200 content-type text/plain lf-string %[var(txn.ip)]'),
  since: '2.2',
});
const tls = (more: string, since?: string): Body => ({
  ...body(`server s ${FIRST}:TLS_PORT ssl ca-file CA_FILE verify required ${more}`),
  since,
  tls: true,
});

/** The sections of each rule, by name. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, Body>>>> = {
  'address-family': {
    'family-none': slots(DUAL),
    'family-of-address': slots(`ipv4@${DUAL}`),
    'family-by-default': body('default-server check', template(DUAL)),
    'family-ipv4': slots(DUAL, IPV4),
    'family-of-do-resolve': shown(`do-resolve(txn.ip,RESOLVERS) str(${DUAL})`),
    'family-of-do-resolve-ipv4': shown(`do-resolve(txn.ip,RESOLVERS,ipv4) str(${DUAL})`),
    'family-ipv4-by-default': body(`default-server ${IPV4}`, template(DUAL)),
  },
  'few-slots': {
    'slots-few': slots(EIGHT, IPV4, 2),
    'slots-one-less': slots(EIGHT, IPV4, 7),
    'slots-enough': slots(EIGHT, IPV4, 8),
    'slots-of-two-lines': body(template(EIGHT, IPV4, 4), template(EIGHT, IPV4, 4).replace('template e', 'template f')),
  },
  'backup-slots': {
    'backup-alone': slots(NAME, `${IPV4} backup`, 8),
    'backup-by-default': body('default-server backup', template(NAME, IPV4, 8)),
    'backup-behind-another': body('server down 127.0.0.9:PORT disabled', template(NAME, `${IPV4} backup`, 8)),
    'backup-all': body('option allbackups', template(NAME, `${IPV4} backup`, 8)),
    'backup-none': slots(NAME, IPV4, 8),
  },
  'template-weight': {
    'weight-of-slots': body(template(NAME, `${IPV4} weight 10`, 8), 'server s 127.0.0.1:PORT weight 10'),
    'weight-by-default': body('default-server weight 10', template(NAME, IPV4, 8), 'server s 127.0.0.1:PORT'),
    'weight-of-one': body(`server e ${FIRST}:PORT weight 10`, 'server s 127.0.0.1:PORT weight 10'),
  },
  'do-resolve-guard': {
    'guard-none': body(RESOLVE, SET, OPEN),
    'guard-of-set-dst': body(RESOLVE, `${SET} if ${FOUND}`, OPEN),
    'guard-of-other': body(RESOLVE, 'http-request deny if { path /never }', SET, OPEN),
    'guard-partly': body(RESOLVE, `http-request deny if { path /never } !${FOUND}`, SET, OPEN),
    'guard-or-other': body(RESOLVE, `http-request deny unless { path / } or ${FOUND}`, SET, OPEN),
    'guard-reversed': body(RESOLVE, `http-request deny if ${FOUND}`, SET, OPEN),
    'guard-of-server': body(RESOLVE, SET, `use-server s if ${FOUND}`, OPEN),
    'guard-not-in-backend': body(RESOLVE, 'default_backend b1', 'backend b1', SET, OPEN),
    'guard-below': body(RESOLVE, DENY, SET, OPEN),
    'guard-after': body(RESOLVE, SET, DENY, OPEN),
    'guard-if-not': body(RESOLVE, `http-request deny if !${FOUND}`, SET, OPEN),
    'guard-or-more': body(RESOLVE, `http-request deny if { path /never } or !${FOUND}`, SET, OPEN),
    'guard-by-acl': body('acl ok var(txn.ip) -m found', RESOLVE, 'http-request deny if !ok', SET, OPEN),
    'guard-in-backend': body(RESOLVE, 'default_backend b2', 'backend b2', DENY, SET, OPEN),
    'guard-by-address': body(RESOLVE, SET, `server s ${FIRST}:PORT`),
  },
  'client-chosen-name': {
    'chosen-by-host': chosen('req.hdr(host),lower'),
    'chosen-by-header': chosen('hdr(x-to),lower'),
    'chosen-by-query': chosen('url_param(to),lower'),
    'chosen-by-path': chosen('path,field(2,/),lower'),
    'chosen-by-cookie': chosen('req.cook(to),lower'),
    'chosen-from-list': chosen(`hdr(x-to),lower if { hdr(x-to) -m str ${NAME} }`),
    'chosen-not': chosen(`str(${NAME})`),
  },
  'verified-name': {
    'verified-alone': tls(''),
    'verified-host': tls(`verifyhost ${CERTIFIED}`),
    'verified-no-sni': tls('no-sni-auto', '3.3'),
    'verified-no-sni-and-host': tls(`no-sni-auto verifyhost ${CERTIFIED}`, '3.3'),
    'verified-sni': tls(`sni str(${CERTIFIED})`),
    'verified-sni-and-host': tls(`sni str(${CERTIFIED}) verifyhost ${CERTIFIED}`),
  },
  'short-hold': {
    'hold-timeout': resolved(SILENT, 'hold timeout 0'),
    'hold-timeout-ms': resolved(SILENT, 'hold timeout 10ms'),
    'hold-refused': resolved(REFUSED, 'hold refused 0'),
    'hold-other': resolved(SERVFAIL, 'hold other 0s'),
    'hold-nx': resolved(NXDOMAIN, 'hold nx 0'),
    'hold-twice': resolved(NXDOMAIN, 'hold nx 1h', 'hold nx 0'),
    'hold-of-another-failure': resolved(SILENT, 'hold nx 30s', 'hold timeout 30s', 'hold valid 0'),
    'hold-long': resolved(REFUSED, 'hold refused 30s'),
    'hold-default': resolved(SERVFAIL),
  },
  'slow-resolution': {
    'slow-by-timeout': resolved(NAME, 'timeout resolve 1h', 'hold valid 200ms'),
    'slow-by-hold-valid': resolved(NAME, 'timeout resolve 200ms', 'hold valid 1h'),
    'slow-neither': resolved(NAME, 'timeout resolve 200ms', 'hold valid 200ms'),
  },
  'hold-obsolete': {
    'obsolete-none': resolved(MOVES, 'hold obsolete 0'),
    'obsolete-long': resolved(MOVES, 'hold obsolete 1m'),
  },
  'small-payload': {
    'payload-default': resolved(LARGE, 'accepted_payload_size 512'),
    'payload-tcp': { ...resolved(LARGE, 'nameserver a tcp@NAMESERVER', 'accepted_payload_size 512'), since: '2.4' },
    'payload-tcp-large': { ...resolved(LARGE, 'nameserver a tcp@NAMESERVER'), since: '2.4' },
    'payload-large': resolved(LARGE, 'accepted_payload_size 8192'),
  },
};

/** Those whose slots have to hold both addresses before they are tried. */
const OF_TWO = ['backup-slots', 'template-weight']
  .flatMap((rule) => Object.keys(SECTIONS[rule]!))
  .filter((name) => name !== 'weight-of-one');

/** A real process with all sections that its binary can have, and what the linter reports of its configuration. */
class Running {
  public static async start(binary: HaproxyBinary): Promise<Running> {
    const running = new Running(binary);
    try {
      await running.#start();
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  public readonly dns = new DnsServer({ answersAtMost: 60 });
  readonly #nodes = new LocalNodes();
  readonly #tlsNode: Server;
  readonly #version: HaproxyVersion;
  readonly #sections: ReadonlyMap<string, Body>;
  readonly #ports = new Map<string, number>();
  readonly #listeners = new Map<string, DnsListener>();
  #config = '';
  #api = 0;
  #process?: HaproxyProcess;

  private constructor(private readonly binary: HaproxyBinary) {
    this.#version = HaproxyVersion.of(binary.version);
    this.#tlsNode = createServer({ cert: certificate.cert, key: certificate.key }, (_, response) =>
      response.end('TLS'),
    );
    const withTls = hasTls(binary);
    const all = Object.values(SECTIONS).flatMap((sections) => Object.entries(sections));
    this.#sections = new Map(
      all.filter(([, { since = '1.8', tls: needsTls }]) => this.#version.isAtLeast(since) && (withTls || !needsTls)),
    );
  }

  async #start(): Promise<void> {
    const [port, tlsPort, api, ...ports] = await freePorts(this.#sections.size + 3);
    const nodes = { port: port!, tlsPort: tlsPort!, caFile: certificate.caFile };
    this.#api = api!;
    await Promise.all(['127.0.0.1', FIRST, SECOND].map((address) => this.#nodes.start(address, address, port!)));
    await once(this.#tlsNode.listen(tlsPort, FIRST), 'listening');
    this.dns.set(NAME, [FIRST, SECOND]);
    this.dns.set(DUAL, [FIRST, '::1']);
    this.dns.set(EIGHT, addresses(8));
    this.dns.set(LARGE, addresses(40));
    for (const name of [MOVES, ...Object.keys(FAILURES)]) {
      this.dns.set(name, [FIRST]);
    }
    const lines = [
      'global',
      `stats socket ipv4@127.0.0.1:${api} level admin`,
      'defaults',
      'mode http',
      'balance roundrobin',
      'timeout connect 1s',
      'timeout client 5s',
      'timeout server 5s',
      ...(await this.#resolvers('r')),
    ];
    for (const [name, { lines: own, resolvers }] of this.#sections) {
      this.#ports.set(name, ports.shift()!);
      lines.push(...(resolvers === undefined ? [] : await this.#resolvers(name, resolvers)));
      lines.push(`listen ${name}`, `bind 127.0.0.1:${this.#ports.get(name)}`);
      lines.push(...own(nodes, resolvers === undefined ? 'r' : name));
    }
    this.#config = `${lines.join('\n')}\n`;
    this.#process = HaproxyProcess.of(this.binary, this.#config);
    await until('it holds the addresses of its names', async () => {
      if (this.#process!.ended) {
        throw new Error(`HAProxy ${this.binary.version} does not start: ${this.#process!.output}`);
      }
      const { slots: all } = await readRuntime(`127.0.0.1:${this.#api}`).catch(() => ({ slots: [] }));
      const has = (section: string, address: string) =>
        all.some((slot) => slot.backend === section && slot.address === address);
      const both = OF_TWO.every((section) => has(section, FIRST) && has(section, SECOND));
      return both && addresses(8).every((address) => has('slots-enough', address));
    });
  }

  /** A section that asks about five times a second, with more lines. */
  async #resolvers(name: string, more: readonly string[] = []): Promise<string[]> {
    const listener = await this.dns.listen();
    this.#listeners.set(name, listener);
    const lines = more.map((line) => line.replace('NAMESERVER', listener.address));
    return [
      `resolvers ${name}`,
      ...(lines.some((line) => line.startsWith('nameserver')) ? [] : [`nameserver a ${listener.address}`]),
      'accepted_payload_size 8192',
      'resolve_retries 2',
      'timeout resolve 200ms',
      'timeout retry 200ms',
      'hold valid 200ms',
      'hold obsolete 30s',
      ...lines,
    ];
  }

  #namesOf(rule: string): string[] {
    return Object.keys(SECTIONS[rule]!).filter((name) => this.#sections.has(name));
  }

  /** The sections in which a rule has a finding. */
  public reported(rule: string): string[] {
    const lines = this.#config.split('\n');
    const found = lint(this.#config, this.#version).filter((finding) => finding.rule === rule);
    const names = found.map(({ line }) => {
      const opening = lines.slice(0, line).findLast((text) => /^(listen|resolvers) /.test(text))!;
      return opening.split(' ')[1]!;
    });
    return this.#namesOf(rule).filter((name) => names.includes(name));
  }

  /** The sections of a rule that have its fault. */
  public async faulty(rule: string, hasFault: (name: string) => Promise<boolean>): Promise<string[]> {
    const names = this.#namesOf(rule);
    const faults = await Promise.all(names.map(hasFault));
    return names.filter((_, i) => faults[i]);
  }

  /** Waits until sections with `resolvers` of their own have sent more queries. */
  public async afterQueries(rule: string, count: number): Promise<void> {
    const listeners = this.#namesOf(rule).map((name) => this.#listeners.get(name)!);
    const before = listeners.map(({ queries }) => queries);
    await until(`each asks ${count} times`, () => listeners.every(({ queries }, i) => queries >= before[i]! + count));
  }

  /** How many queries a section with `resolvers` of its own has sent. */
  public queries(section: string): number {
    return this.#listeners.get(section)!.queries;
  }

  /** The addresses that the slots of a section hold. */
  public async held(section: string): Promise<string[]> {
    const { slots: all } = await readRuntime(`127.0.0.1:${this.#api}`);
    return all.flatMap(({ backend, address }) => (backend === section && address ? [address] : []));
  }

  /** The answers to requests that a client makes one after another: the texts, or the status if it is not 200. */
  public async answers(section: string, count: number, request: Omit<Ask, 'from'> = {}): Promise<string[]> {
    const texts: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const answer = await ask(this.#ports.get(section)!, request);
      texts.push(answer?.status === 200 ? answer.body.trim() : String(answer?.status));
    }
    return texts;
  }

  public async stop(): Promise<void> {
    this.#tlsNode.close();
    await Promise.all([this.#process?.stop(), this.dns.close(), this.#nodes.close()]);
  }
}

/** Whether this machine has a route to public IPv6 addresses: as HAProxy asks the kernel, nothing is sent. */
async function hasIpv6Route(): Promise<boolean> {
  const socket = createSocket('udp6');
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.connect(53, '2001::');
  return connected.finally(() => socket.close());
}

const addresses = (count: number): string[] => Array.from({ length: count }, (_, i) => `127.0.1.${i + 1}`);

describe.each(BINARIES)('HAProxy $version has the fault that a rule reports, and no other section has it', (binary) => {
  let running: Running;
  beforeAll(async () => {
    running = await Running.start(binary);
  });
  afterAll(() => running?.stop());

  /** Compares the sections that have a fault with those that the rule reports. */
  async function compare(rule: string, hasFault: (name: string) => Promise<boolean>): Promise<void> {
    expect(await running.faulty(rule, hasFault)).toEqual(running.reported(rule));
  }

  test('address-family: every slot has an IPv6 address, or do-resolve gives one', async () => {
    // From 3.3 on a process without a route asks for IPv4 addresses.
    const asks = !HaproxyVersion.of(binary.version).isAtLeast('3.3') || (await hasIpv6Route());
    const faulty = await running.faulty('address-family', async (name) => {
      const held = await running.held(name);
      const found = held.length > 0 ? held : await running.answers(name, 1);
      return found.every((address) => address.includes(':'));
    });
    expect(faulty).toEqual(asks ? running.reported('address-family') : []);
  });

  test('few-slots: some addresses of an answer are in no slot', async () => {
    await compare('few-slots', async (name) => (await running.held(name)).length < 8);
  });

  test('backup-slots: one node answers everything', async () => {
    await compare('backup-slots', async (name) => new Set(await running.answers(name, 6)).size === 1);
  });

  test('template-weight: the split is not that of the weights', async () => {
    await compare('template-weight', async (name) => {
      const answers = await running.answers(name, 12);
      return answers.filter((text) => text === '127.0.0.1').length !== 6;
    });
  });

  test('do-resolve-guard: HAProxy sends to the address that the client connected to', async () => {
    await compare('do-resolve-guard', async (name) => (await running.answers(name, 1)).includes('127.0.0.1'));
  });

  test('client-chosen-name: a client reaches a node of its choice', async () => {
    await compare('client-chosen-name', async (name) => {
      const host = `${name}.private.test`;
      running.dns.set(host, ['127.0.0.1']);
      const headers = { host, 'x-to': host, cookie: `to=${host}` };
      const [answer] = await running.answers(name, 1, { path: `/${host}?to=${host}`, headers });
      return answer === '127.0.0.1';
    });
  });

  test('verified-name: a request with another Host header ends in a 503', async () => {
    const request = { headers: { host: 'other.test' } };
    await compare('verified-name', async (name) => (await running.answers(name, 1, request)).includes('503'));
  });

  test('small-payload: a large answer gives no address', async () => {
    await running.afterQueries('small-payload', 3);
    await compare('small-payload', async (name) => (await running.held(name)).length === 0);
  });

  test('slow-resolution: a process no longer asks', async () => {
    await until('one asks often', () => running.queries('slow-neither') > 12);
    await compare('slow-resolution', async (name) => running.queries(name) < 6);
  });

  test('hold-obsolete: the address that left is dropped at once', async () => {
    running.dns.set(MOVES, [SECOND]);
    await running.afterQueries('hold-obsolete', 6);
    await compare('hold-obsolete', async (name) => !(await running.held(name)).includes(FIRST));
  });

  test('short-hold: no slot has an address after some failed queries', async () => {
    for (const [name, failure] of Object.entries(FAILURES)) {
      running.dns.fail(name, failure);
    }
    await running.afterQueries('short-hold', 8);
    await compare('short-hold', async (name) => (await running.held(name)).length === 0);
  });
});
