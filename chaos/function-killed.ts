import { setTimeout as sleep } from 'node:timers/promises';
import { decodeState } from '../lambda/controller/state/codec';
import { almostOpen, Fleet, type Line, linesOf, REGISTRY } from '../testbed/fleet';
import { LambdaFailure } from '../testbed/lambda';
import type { Fault, FaultContext } from './fault';

const STALE = '127.0.0.1';
const PROXIES = ['orders', 'payments'];
/** While it reads the registry, while it reads tasks, before it saves the first state, and between the two states. */
const KILL_POINTS = [
  ['ssm:GetParametersByPath', 1],
  ['ecs:DescribeTasks', 2],
  ['ssm:PutParameter', 1],
  ['ssm:PutParameter', 2],
] as const;

/** The bundled function under Lambda's own runtime client; the process is killed in the middle of a run. */
export function functionKilled(): Fault {
  return {
    name: 'the function is killed in the middle of a run',
    expected: 'the next run has every incident, with the same id, and the run after it reports nothing',
    seconds: 90,
    run: async ({ binary }: FaultContext) => {
      const fleet = await Fleet.start(binary);
      try {
        const seen: string[] = [];
        for (const [operation, nth] of KILL_POINTS) {
          seen.push(`${operation.split(':')[1]} ${nth}: ${await killedAt(fleet, operation, nth)}`);
        }
        return { ok: seen.every((line) => line.endsWith(AS_EXPECTED)), seen: seen.join('; ') };
      } finally {
        await fleet.close();
      }
    },
  };
}

const AS_EXPECTED = 'nothing lost, nothing reported twice';

async function killedAt(fleet: Fleet, operation: (typeof KILL_POINTS)[number][0], nth: number): Promise<string> {
  const record = { graceSeconds: 60, dnsWindowSeconds: 0 };
  fleet.point('127.0.0.2');
  await fleet.deploy(
    Object.fromEntries(
      PROXIES.flatMap((proxy) => [
        [`registry/${proxy}`, fleet.record(proxy, record)],
        [`state/${proxy}`, almostOpen(STALE)],
      ]),
    ),
  );
  let calls = 0;
  fleet.before(operation, async () => {
    calls += 1;
    if (calls !== nth) {
      return undefined;
    }
    // The calls before this one have ended.
    await sleep(200);
    await fleet.coldStart();
    return new Promise(() => {});
  });
  const first = await fleet.invoke().then(
    () => undefined,
    (error: Error) => error,
  );
  if (!(first instanceof LambdaFailure)) {
    return 'it was not killed';
  }
  const [second, third] = [(await fleet.invoke()).lines, (await fleet.invoke()).lines];
  const opened = [...linesOf({ logs: [...first.logs] }), ...second].filter(
    ({ event }: Line) => event === 'incident-opened',
  );
  const ids = new Set(opened.map(({ incident }: Line) => incident.id));
  const kept = await Promise.all(
    PROXIES.map(async (proxy) => decodeState(await fleet.parameter(`${REGISTRY}/state/${proxy}`))),
  );
  const open = kept.flatMap((state) => Object.values(state?.watched ?? {}).filter(({ openedAt }) => openedAt));
  const again = third.filter(({ event }: Line) => event?.startsWith('incident')).length;
  return ids.size === PROXIES.length && open.length === PROXIES.length && again === 0
    ? AS_EXPECTED
    : `${ids.size} incidents reported, ${open.length} saved, ${again} reported again`;
}
