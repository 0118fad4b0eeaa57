import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UPSTREAM_BACKEND } from '../../../lib/haproxy/model/check-upstream';
import { HaproxyLocality } from '../../../lib/haproxy/model/options';
import { ZONE_WEIGHT, ZONES_VARIABLE } from '../../../lib/haproxy/render/zone-script';
import { HaproxyVersion } from '../../../lib/haproxy/version/version';
import type { HaproxyBinary } from '../../../testbed/binaries';
import { EcsMetadata } from '../../../testbed/ecs-metadata';
import { IDENTITY_BODY, IDENTITY_PATH } from '../../../testbed/identity';
import { ElbDns } from '../../../testbed/load-balancer';
import { freePorts } from '../../../testbed/ports';
import { LocalHost, ProxyUnderTest } from '../../../testbed/proxy-under-test';
import { HaproxyModel } from '../../../testbed/simulator/haproxy-model';
import { type Fate, serversState } from '../../../testbed/simulator/server-state';
import { availableBinaries, isDeaf } from '../../support/binaries';

jest.setTimeout(240_000);

/** Two nodes in the zone of the task, and one in another. */
const FIRST = '127.1.2.1';
const NEXT = '127.1.2.2';
const ELSEWHERE = '127.1.1.1';
const ZONES = 'eu-west-1a=127.1.2.0/24 eu-west-1b=127.1.1.0/24';
const isNear = (address: string) => address !== ELSEWHERE;
const SLOTS = 2;

/** What happens to the slot that holds the first node, one after the other. Its states end with this one. */
const LIFE: readonly { readonly what: string; readonly dns: readonly string[]; readonly end: string }[] = [
  { what: 'it proves itself', dns: [FIRST, ELSEWHERE], end: `${FIRST} UP L7OK` },
  { what: 'somebody else gets its address', dns: [FIRST, ELSEWHERE], end: `${FIRST} DOWN L7RSP` },
  { what: 'DNS has another node in its place', dns: [NEXT, ELSEWHERE], end: `${NEXT} UP L7OK` },
  { what: 'that one ends', dns: [NEXT, ELSEWHERE], end: `${NEXT} DOWN L4CON` },
  { what: 'DNS drops it', dns: [ELSEWHERE], end: '- MAINT L4CON' },
  { what: 'DNS names the address of somebody else', dns: [ELSEWHERE, FIRST], end: `${FIRST} DOWN L7RSP` },
];
const TAKEN = 1;
const ENDED = 3;

const BINARIES = availableBinaries().filter(
  (binary) => HaproxyVersion.of(binary.branch)._capabilities.luaWeights && !isDeaf(binary),
);
const startsDown = ({ branch }: HaproxyBinary) => HaproxyVersion.of(branch)._capabilities.initState;

/** A row of `show servers state`. */
interface Row {
  readonly name: string;
  readonly address: string;
  readonly weight: number;
  /** Its address, how it is, and what its health check said. */
  readonly state: string;
}

const STATUS: Readonly<Record<string, string>> = { 1: 'INI', 8: 'L4CON', 11: 'L6RSP', 13: 'L7RSP', 15: 'L7OK' };

function rowsOf(text: string): Row[] {
  const [, header = '', ...rows] = text.trim().split('\n');
  const columns = header.slice(2).split(' ');
  return rows
    .map((row) => Object.fromEntries(row.split(' ').map((value, i) => [columns[i], value])))
    .filter(({ be_name: backend }) => backend === UPSTREAM_BACKEND)
    .map((of) => {
      const is = of.srv_admin_state !== '0' ? 'MAINT' : of.srv_op_state === '0' ? 'DOWN' : 'UP';
      const { srv_name: name = '', srv_addr: shown = '', srv_check_status: status = '' } = of;
      // 2.2 goes on to show the address that DNS has dropped, and keeps its weight.
      const address = is === 'MAINT' ? '-' : shown;
      const state = `${address} ${is} ${STATUS[status] ?? status}`;
      return { name, address, weight: Number(of.srv_uweight), state };
    });
}

/** The states of the slot that held the first node, as they follow each other. */
class Slot {
  public readonly states: string[] = [];
  #name?: string;

  /** Takes an answer. @returns whether the slot is in this state, and the weight is that of its address */
  public take(text: string, end: string): boolean {
    const rows = rowsOf(text);
    this.#name ??= rows.find(({ address }) => address === FIRST)?.name;
    const slot = rows.find(({ name }) => name === this.#name);
    if (slot === undefined) {
      return false;
    }
    if (this.states.at(-1) !== slot.state) {
      this.states.push(slot.state);
    }
    const { address, weight } = slot;
    return slot.state === end && (address === '-' || weight === (isNear(address) ? ZONE_WEIGHT : 1));
  }
}

function simulated(startDown: boolean): string[] {
  const part = 60;
  const slot = new Slot();
  const model = new HaproxyModel({
    startedAt: 0,
    period: 1,
    holdObsolete: 2,
    holdOutage: 600,
    slots: SLOTS,
    ask: (at) => {
      const i = Math.min(LIFE.length - 1, Math.floor(at / part));
      return { addresses: LIFE[i]!.dns, ttlSeconds: 1, until: (i + 1) * part };
    },
  });
  const fates: Readonly<Record<string, Fate>> = {
    [FIRST]: { at: TAKEN * part, is: 'foreign' },
    [NEXT]: { at: ENDED * part, is: 'dead' },
  };
  for (const [i, { end }] of LIFE.entries()) {
    let ended = false;
    for (let at = i * part; at < (i + 1) * part; at += 0.1) {
      model.advance(at);
      const slots = model.slots.map((address, one) => ({
        address,
        since: model.changedAt[one]!,
        former: model.former[one],
      }));
      const options = { identity: 'response', startsDown: startDown, fateOf: (a: string) => fates[a], isNear } as const;
      ended = slot.take(serversState(slots, at, { backend: UPSTREAM_BACKEND, fqdn: 'elb.test', ...options }), end);
    }
    expect({ part: i, ended }).toEqual({ part: i, ended: true });
  }
  return slot.states;
}

/** Nodes whose checks take a while, so that what is so before the first one ends can be seen. */
class SlowNodes {
  public readonly foreign = new Set<string>();
  readonly #servers = new Map<string, Server>();

  public async start(address: string, port: number): Promise<void> {
    const server = createServer(({ url }, response) => {
      const proves = url === IDENTITY_PATH && !this.foreign.has(address);
      setTimeout(() => response.end(proves ? IDENTITY_BODY : 'somebody else'), 300);
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
    this.#servers.set(address, server);
  }

  /** It takes no new connection; checks that are in progress end. */
  public end(address: string): void {
    this.#servers.get(address)?.close();
  }

  public close(): void {
    for (const server of this.#servers.values()) {
      server.close();
      server.closeAllConnections();
    }
  }
}

function ask(endpoint: string): Promise<string> {
  const [host, port] = endpoint.split(':') as [string, string];
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), host, () => socket.write('show servers state;quit\n'));
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    socket.on('error', () => {}).on('close', () => resolve(text));
  });
}

/** How often a life is tried: on a busy machine checks may be late, and states may not be seen. */
const TRIES = 3;

async function real(binary: HaproxyBinary, expected: readonly string[]): Promise<string[]> {
  for (let left = TRIES; ; left -= 1) {
    const states = await live(binary).catch((error: Error) => [error.message]);
    if (left === 1 || states.join() === expected.join()) {
      return states;
    }
  }
}

async function live(binary: HaproxyBinary): Promise<string[]> {
  const [port] = (await freePorts(1)) as [number];
  const metadata = await EcsMetadata.start('eu-west-1a');
  const dns = new ElbDns();
  const nodes = new SlowNodes();
  for (const address of [FIRST, NEXT, ELSEWHERE]) {
    await nodes.start(address, port);
  }
  const environment = { ...metadata.environment, [ZONES_VARIABLE]: ZONES };
  const proxy = new ProxyUnderTest(binary, new LocalHost(binary, await dns.listen(), { environment }), {
    model: {
      upstream: {
        port,
        slots: SLOTS,
        locality: HaproxyLocality.ZONE,
        identity: { response: { path: IDENTITY_PATH, body: IDENTITY_BODY } },
        healthCheck: { intervalMillis: 1500 },
      },
      resolution: { holdValidMillis: 500, holdObsoleteMillis: 1000 },
    },
  });
  const slot = new Slot();
  try {
    for (const [i, { what, dns: addresses, end }] of LIFE.entries()) {
      if (i === TAKEN) {
        nodes.foreign.add(FIRST);
      }
      if (i === ENDED) {
        nodes.end(NEXT);
      }
      dns.point(...addresses);
      if (i === 0) {
        await proxy.start(async () => (await ask(proxy.endpoint)) !== '');
      }
      const deadline = Date.now() + 20_000;
      while (!slot.take(await ask(proxy.endpoint), end)) {
        if (Date.now() > deadline) {
          throw new Error(`HAProxy ${binary.version}: ${what}: it never came to '${end}': ${slot.states.join(', ')}`);
        }
        await sleep(25);
      }
    }
    return slot.states;
  } finally {
    await proxy.stop();
    nodes.close();
    await Promise.all([dns.close(), metadata.close()]);
  }
}

test('a slot with a zone and a proof of identity has the states that the model gives it, on each HAProxy', async () => {
  const expected = BINARIES.map((binary) => simulated(startsDown(binary)));
  const found = await Promise.all(BINARIES.map((binary, i) => real(binary, expected[i]!)));
  const byVersion = (states: readonly string[][]) => new Map(BINARIES.map(({ version }, i) => [version, states[i]]));
  expect(byVersion(found)).toEqual(byVersion(expected));
});
