import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBinary } from '../lab/binaries';
import type { Weather } from './dns-relay';
import { silentNode } from './namespaces';
import { Stage } from './stage';

/** What must be so afterwards, with what was seen. */
export interface Outcome {
  readonly ok: boolean;
  readonly seen: string;
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  readonly expected: string;
  /** It is ended after this time, s. */
  readonly seconds: number;
  /** @returns nothing where this machine cannot do it, with the reason in `seen` */
  run(binary: HaproxyBinary): Promise<Outcome | { readonly cannot: string }>;
}

const POISON = '127.66.6.6';

/** A fault of a running stage. */
function onStage(
  name: string,
  expected: string,
  seconds: number,
  play: (stage: Stage) => Promise<Outcome>,
  edit?: (command: string[]) => string[],
): Fault {
  const run = async (binary: HaproxyBinary) => {
    const stage = await Stage.set(binary, edit);
    try {
      return await play(stage);
    } finally {
      await stage.strike();
    }
  };
  return { name, expected, seconds, run };
}

/** Bad weather between HAProxy and DNS while the load balancer gets another node. */
function badDns(name: string, weather: Weather): Fault {
  return onStage(`DNS ${name}`, 'no request lost, the new node is found, no incident', 40, async (stage) => {
    stage.relay.weather = weather;
    const traffic = stage.traffic(10);
    const [added] = (await stage.balancer.add(1)) as [string];
    const before = await stage.held();
    stage.balancer.point([...before, added]);
    const { answered, lost } = await traffic;
    const found = (await stage.held()).includes(added);
    const incidents = [await stage.check(), await stage.check()].flatMap(({ open }) => open);
    return {
      ok: lost === 0 && found && incidents.length === 0,
      seen: `${answered} answered, ${lost} lost, new node ${found ? 'found' : 'not found'}, incidents: ${incidents.join(', ') || 'none'}`,
    };
  });
}

/** So many connections to a port, all open at once, each of which sends something now and then. */
function crowd(port: number, count: number, bytes: string): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => {});
    socket.write(bytes);
    const timer = setInterval(() => socket.write(bytes), 500);
    socket.on('close', () => clearInterval(timer));
    return socket;
  });
}

/** A crowd at a port of HAProxy for 8 s. */
function crowded(name: string, portOf: (stage: Stage) => number, count: number, bytes: string): Fault {
  return onStage(name, 'no request lost; afterwards the checker reads and finds nothing', 40, async (stage) => {
    const sockets = crowd(portOf(stage), count, bytes);
    const { answered, lost } = await stage.traffic(8);
    for (const socket of sockets) {
      socket.destroy();
    }
    await sleep(3000);
    const { verdicts } = await stage.check();
    return {
      ok: lost === 0 && verdicts.length === 0,
      seen: `${answered} answered, ${lost} lost, verdicts: ${verdicts.join(', ') || 'none'}`,
    };
  });
}

/** Checks a second apart until an incident is open, as the schedule does. */
async function incidentsOf(stage: Stage, seconds: number): Promise<string[]> {
  let open: string[] = [];
  for (let i = 0; i < seconds && open.length === 0; i += 1) {
    ({ open } = await stage.check());
    await sleep(1000);
  }
  return open;
}

/** The memory of the smallest task of Fargate, 0.5 GB, and hardly more files than 2,000 connections need. */
const SMALL_TASK = ['prlimit', '--nofile=4500', '--data=536870912'];

/** All faults, the cheap ones first. */
export const FAULTS: readonly Fault[] = [
  badDns('loses every other answer', { lossOneIn: 2 }),
  badDns('is slow and out of order', { delayMillis: 300 }),
  badDns('answers twice', { twice: true }),
  onStage('DNS is gone for 8 s', 'no request lost, no address dropped', 40, async (stage) => {
    const before = await stage.held();
    stage.relay.weather = { cut: true };
    const { answered, lost } = await stage.traffic(8);
    const kept = (await stage.held()).sort().join() === before.sort().join();
    return {
      ok: lost === 0 && kept,
      seen: `${answered} answered, ${lost} lost, addresses ${kept ? 'kept' : 'dropped'}`,
    };
  }),
  onStage('DNS answers are forged', 'the forged address is never held', 40, async (stage) => {
    stage.relay.weather = { poison: POISON };
    const held = new Set<string>();
    const traffic = stage.traffic(8);
    for (let i = 0; i < 14; i += 1) {
      for (const address of await stage.held()) {
        held.add(address);
      }
      await sleep(500);
    }
    const { answered, lost } = await traffic;
    const ok = !held.has(POISON) && lost === 0 && stage.relay.forged > 0;
    return {
      ok,
      seen: `${stage.relay.forged} forged, held ${[...held].join(', ')}; ${answered} answered, ${lost} lost`,
    };
  }),
  crowded('slow clients at the runtime API', ({ runtimeApi }) => runtimeApi, 200, 's'),
  crowded('a flood at the runtime API', ({ runtimeApi }) => runtimeApi, 1000, 'show map\n'),
  crowded('a flood at the health port', ({ health }) => health, 1000, 'GET /ready HTTP/1.1\r\nHost: a\r\n\r\n'),
  onStage(
    'the limits of the smallest Fargate task',
    '500 more connections are answered, no request lost',
    40,
    async (stage) => {
      const sockets = crowd(stage.listen, 500, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const { answered, lost } = await stage.traffic(8);
      for (const socket of sockets) {
        socket.destroy();
      }
      return { ok: lost === 0 && !stage.haproxy.ended, seen: `${answered} answered, ${lost} lost` };
    },
    (command) => [...SMALL_TASK, ...command],
  ),
  onStage('HAProxy is killed', 'an incident opens; after a restart it is resolved', 60, async (stage) => {
    process.kill(stage.haproxy.pid!, 'SIGKILL');
    const open = await incidentsOf(stage, 15);
    await stage.startProxy();
    await sleep(1500);
    const after = await stage.check();
    return {
      ok: open.includes('unreachable-task') && after.open.length === 0,
      seen: `incidents: ${open.join(', ') || 'none'}; after the restart: ${after.open.join(', ') || 'none'}`,
    };
  }),
  onStage('HAProxy stands still', 'an incident opens in bounded time; afterwards it serves', 60, async (stage) => {
    process.kill(stage.haproxy.pid!, 'SIGSTOP');
    const open = await incidentsOf(stage, 15);
    process.kill(stage.haproxy.pid!, 'SIGCONT');
    const { answered, lost } = await stage.traffic(3);
    return {
      ok: open.includes('unreachable-task') && lost === 0,
      seen: `incidents: ${open.join(', ') || 'none'}; then ${answered} answered, ${lost} lost`,
    };
  }),
  onStage("the checker's clock jumps", 'no incident from a healthy proxy', 40, async (stage) => {
    const now = Date.now();
    const hours = [0, 1, -1, 24, 0];
    const open: string[] = [];
    for (const hour of hours) {
      open.push(...(await stage.check(now + hour * 3_600_000)).open);
    }
    return { ok: open.length === 0, seen: `incidents: ${open.join(', ') || 'none'} at ${hours.join(', ')} h` };
  }),
  silentNode(),
];
