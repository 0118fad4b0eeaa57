import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkUntil, type Fault, type Ground, listed, onStage, type Setting } from './fault';
import type { Stage } from './stage';

/** Packets to and from a port are dropped: all of them, or one of so many. Only in a network of the fault's own. */
function drop({ tools: { nft } }: Ground, port: number, oneIn: number): void {
  const [command, ...args] = nft!;
  const rules = ['dport', 'sport'].map(
    (side) => `add rule inet chaos in tcp ${side} ${port} ${oneIn > 1 ? `numgen random mod ${oneIn} 0 ` : ''}drop`,
  );
  const chain = 'add chain inet chaos in { type filter hook input priority 0; }';
  execFileSync(command!, [...args, '-f', '-'], { input: `${['add table inet chaos', chain, ...rules].join('\n')}\n` });
}

function calm({ tools: { nft } }: Ground): void {
  const [command, ...args] = nft!;
  execFileSync(command!, [...args, 'flush', 'ruleset']);
}

/** A fault that takes a network of its own and a way to drop packets. */
function onNetwork(
  name: string,
  expected: string,
  seconds: number,
  play: (stage: Stage, ground: Ground) => Promise<{ ok: boolean; seen: string }>,
): Fault {
  const setting: Setting = ({ ownNetwork, tools }): ReturnType<Setting> => {
    if (!ownNetwork) {
      return { cannot: 'a network of its own takes root and unshare' };
    }
    return tools.nft === undefined ? { cannot: 'nft cannot be had' } : {};
  };
  return onStage(name, expected, seconds, play, setting);
}

/** What can happen between HAProxy, the nodes and the checker. */
export const NETWORK_FAULTS: readonly Fault[] = [
  onStage(
    'nodes and runtime API are 200 to 300 ms away',
    'no request lost, the new node is found, no incident',
    60,
    async (stage) => {
      for (const relay of [stage.toNodes!, stage.toRuntimeApi!]) {
        relay.weather = { delayMillis: 200 };
      }
      const { answered, lost, found } = await stage.growth(12);
      const open = [await stage.check(), await stage.check()].flatMap((seen) => seen.open);
      return {
        ok: lost === 0 && found && open.length === 0,
        seen: `${answered} answered, ${lost} lost, new node ${found ? 'found' : 'not found'}, incidents: ${listed(open)}`,
      };
    },
    () => ({ relayed: true }),
  ),
  onStage(
    'the runtime API takes connections and says nothing',
    'an incident opens in bounded time; afterwards it is resolved',
    60,
    async (stage) => {
      stage.toRuntimeApi!.weather = { cut: true };
      const open = await checkUntil('open', stage);
      stage.toRuntimeApi!.weather = {};
      const after = await checkUntil('none', stage);
      return {
        ok: open.includes('unreachable-task') && after.length === 0,
        seen: `incidents: ${listed(open)}; afterwards: ${listed(after)}`,
      };
    },
    () => ({ relayed: true }),
  ),
  onNetwork('every 50th packet of the nodes is lost', 'no request lost, no incident', 60, async (stage, ground) => {
    drop(ground, stage.nodePort, 50);
    const { answered, lost } = await stage.traffic(12);
    const open = [await stage.check(), await stage.check()].flatMap((seen) => seen.open);
    calm(ground);
    return {
      ok: lost === 0 && open.length === 0,
      seen: `${answered} answered, ${lost} lost, incidents: ${listed(open)}`,
    };
  }),
  onNetwork(
    'all nodes are cut off for 5 s',
    'no address dropped, and no request lost from 5 s after on',
    60,
    async (stage, ground) => {
      const before = (await stage.held()).sort().join();
      drop(ground, stage.nodePort, 1);
      const during = await stage.traffic(5);
      calm(ground);
      await sleep(5000);
      const { answered, lost } = await stage.traffic(5);
      const kept = (await stage.held()).sort().join() === before;
      return {
        ok: lost === 0 && answered > 0 && kept && during.lost > 0,
        seen: `${during.lost} lost meanwhile; then ${answered} answered, ${lost} lost, addresses ${kept ? 'kept' : 'dropped'}`,
      };
    },
  ),
  onNetwork(
    'the checker is cut off from the runtime API',
    'no request lost, an incident opens; afterwards it is resolved',
    60,
    async (stage, ground) => {
      drop(ground, stage.runtimeApi, 1);
      const traffic = stage.traffic(8);
      const open = await checkUntil('open', stage);
      const { answered, lost } = await traffic;
      calm(ground);
      const after = await checkUntil('none', stage);
      return {
        ok: open.includes('unreachable-task') && after.length === 0 && lost === 0,
        seen: `${answered} answered, ${lost} lost, incidents: ${listed(open)}; afterwards: ${listed(after)}`,
      };
    },
  ),
];
