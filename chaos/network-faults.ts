import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosTestbed } from './chaos-testbed';
import { checkUntil, type Fault, type FaultContext, followScaleOut, listed, onTestbed, type Setup } from './fault';

/** Drops packets to and from a port: all, or one of so many. Only in the fault's own network. */
function drop({ tools: { nft } }: FaultContext, port: number, oneIn: number): void {
  const [command, ...args] = nft!;
  const rules = ['dport', 'sport'].map(
    (side) => `add rule inet chaos in tcp ${side} ${port} ${oneIn > 1 ? `numgen random mod ${oneIn} 0 ` : ''}drop`,
  );
  const chain = 'add chain inet chaos in { type filter hook input priority 0; }';
  execFileSync(command!, [...args, '-f', '-'], { input: `${['add table inet chaos', chain, ...rules].join('\n')}\n` });
}

function stopDropping({ tools: { nft } }: FaultContext): void {
  const [command, ...args] = nft!;
  execFileSync(command!, [...args, 'flush', 'ruleset']);
}

/** A fault that needs its own network and a way to drop packets. */
function onOwnNetwork(
  name: string,
  expected: string,
  seconds: number,
  inject: (testbed: ChaosTestbed, context: FaultContext) => Promise<{ ok: boolean; seen: string }>,
): Fault {
  const setup: Setup = ({ ownNetwork, tools }): ReturnType<Setup> => {
    if (!ownNetwork) {
      return { cannot: 'a separate network needs root and unshare' };
    }
    return tools.nft === undefined ? { cannot: 'nft is not available' } : {};
  };
  return onTestbed(name, expected, seconds, inject, setup);
}

/** What can happen between HAProxy, the nodes and the checker. */
export const NETWORK_FAULTS: readonly Fault[] = [
  onTestbed(
    'nodes and runtime API are 200 to 300 ms away',
    'no request lost, the new node is found, no incident',
    60,
    async (testbed) => {
      for (const relay of [testbed.toNodes!, testbed.toRuntimeApi!]) {
        relay.conditions = { delayMillis: 200 };
      }
      return followScaleOut(testbed, 12);
    },
    () => ({ relayed: true }),
  ),
  onTestbed(
    'the runtime API accepts connections and does not answer',
    'an incident opens in bounded time; afterwards it is resolved',
    60,
    async (testbed) => {
      testbed.toRuntimeApi!.conditions = { cut: true };
      const open = await checkUntil('open', testbed);
      testbed.toRuntimeApi!.conditions = {};
      const after = await checkUntil('none', testbed);
      return {
        ok: open.includes('unreachable-task') && after.length === 0,
        seen: `incidents: ${listed(open)}; afterwards: ${listed(after)}`,
      };
    },
    () => ({ relayed: true }),
  ),
  onOwnNetwork(
    'every 50th packet of the nodes is lost',
    'no request lost, no incident',
    60,
    async (testbed, context) => {
      drop(context, testbed.nodePort, 50);
      const { answered, lost } = await testbed.traffic(12);
      const open = [await testbed.check(), await testbed.check()].flatMap((seen) => seen.open);
      stopDropping(context);
      return {
        ok: lost === 0 && open.length === 0,
        seen: `${answered} answered, ${lost} lost, incidents: ${listed(open)}`,
      };
    },
  ),
  onOwnNetwork(
    'all nodes are cut off for 5 s',
    'no address dropped, and no request lost from 5 s after on',
    60,
    async (testbed, context) => {
      const before = (await testbed.held()).sort().join();
      drop(context, testbed.nodePort, 1);
      const during = await testbed.traffic(5);
      stopDropping(context);
      await sleep(5000);
      const { answered, lost } = await testbed.traffic(5);
      const kept = (await testbed.held()).sort().join() === before;
      return {
        ok: lost === 0 && answered > 0 && kept && during.lost > 0,
        seen: `${during.lost} lost meanwhile; then ${answered} answered, ${lost} lost, addresses ${kept ? 'kept' : 'dropped'}`,
      };
    },
  ),
  onOwnNetwork(
    'the checker is cut off from the runtime API',
    'no request lost, an incident opens; afterwards it is resolved',
    60,
    async (testbed, context) => {
      drop(context, testbed.listeners.runtimeApi.port, 1);
      const traffic = testbed.traffic(8);
      const open = await checkUntil('open', testbed);
      const { answered, lost } = await traffic;
      stopDropping(context);
      const after = await checkUntil('none', testbed);
      return {
        ok: open.includes('unreachable-task') && after.length === 0 && lost === 0,
        seen: `${answered} answered, ${lost} lost, incidents: ${listed(open)}; afterwards: ${listed(after)}`,
      };
    },
  ),
];
