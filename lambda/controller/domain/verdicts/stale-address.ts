import { evaluateHeld, type HeldVerdict } from '../held';
import { defineVerdict, type Held, type Holding, ofHolding, type Subject } from './definition';
import { replaceTasks } from './texts';

/**
 * A slot sends to an address that the load balancer does not have. Where the truth is partial, that needs a process that
 * does not follow, another owner, or the process' own view. `evaluateHeld` decides.
 */
export const staleAddress = defineVerdict('stale-address', {
  requires: ['live'],
  isOpenQuestion: isHeldElsewhere,
  repairedByNewTasks: true,
  explanation: {
    what: 'a slot sends to an address that the load balancer no longer has',
    why: 'the process resolved the name only at its start, or no longer gets answers',
    remedy:
      'run the command of the incident, because new processes resolve the name at their start; then run `cdk-haproxy-elb lint` on the configuration to find out why the old process did not',
  },
  remediation: replaceTasks,
  over: isOver,
  evaluate: ({ holdings, observation }) =>
    holdings.flatMap((holding) =>
      [...holding.held.values()].flatMap((held) => {
        const verdict = evaluateHeld(held, holding, observation);
        return verdict?.kind === 'stale-address'
          ? [findingOn(held, holding, verdict, observation.owners.get(held.address))]
          : [];
      }),
    ),
});

/** A held address that the truth lacks stays what it was while the truth is partial. */
function isHeldElsewhere({ held, upstream }: Holding, address = ''): boolean {
  return held.has(address) && !upstream.present.has(address);
}

function isOver({ proxy, dnsName, address = '', upstream }: Subject): string {
  return upstream?.present.has(address)
    ? `${dnsName} has ${address} again`
    : `${address} is no longer held by any task of ${proxy}`;
}

type Stale = Extract<HeldVerdict, { kind: 'stale-address' }>;

function findingOn(held: Held, holding: Holding, verdict: Stale, owner: string | undefined) {
  const { task, upstream } = holding;
  const { address, slots, sessions } = held;
  const { dnsName } = upstream.upstream;
  const lost: Record<Stale['because'], string> = {
    truth: `which ${dnsName} does not have: it is on none of its network interfaces`,
    owner: `which ${dnsName} does not have`,
    'own-view': `which ${dnsName} does not have in the process' own DNS`,
    'not-following': `which DNS does not name for ${dnsName}, and the process does not follow DNS`,
  };
  const whose = owner === undefined ? '' : `; it is ${owner}`;
  return ofHolding(holding, {
    address,
    slots,
    sessions,
    allSessions: holding.allSessions,
    owner,
    openAfterSeconds: verdict.openAfterSeconds,
    graceChecks: verdict.graceChecks,
    // Answers that are a part of many addresses do not tell which of them it should drop: one incident for each is no help.
    saidBySilence: verdict.because === 'not-following' && upstream.partialAnswers,
    message: `${task.id} sends to ${address} (${slots.join(', ')}), ${lost[verdict.because]}${whose}`,
  });
}
