import { closest } from 'fastest-levenshtein';
import { VERDICTS, type VerdictKind } from '../../../lib/contract/verdicts';
import { InputError } from '../../../lib/haproxy/errors';

/** What a verdict says, how it comes about, and what to do first. */
interface Explanation {
  readonly wrong: string;
  readonly why: string;
  readonly mend: string;
}

/** docs/troubleshooting.md is made of it, too. Markdown, without the character that parts columns. */
export const EXPLANATIONS: Readonly<Record<VerdictKind, Explanation>> = {
  'stale-address': {
    wrong: 'a process sends traffic to an address that the load balancer no longer has',
    why: 'it resolved the name at its start alone, or its answers no longer come',
    mend: 'run the command of the incident: new processes resolve at their start; then see why the old one did not: `cdk-haproxy-elb lint` on its configuration',
  },
  'leaving-address': {
    wrong: 'DNS no longer names an address that the load balancer still owns',
    why: 'a zonal shift or a scale-in: the node still serves what it has, and gets nothing new',
    mend: 'nothing: it ends by itself',
  },
  'no-address': {
    wrong: 'no slot of a backend has an address',
    why: 'no name server has answered with one since the start, or the last one was given up after errors',
    mend: "ask the proxy's name servers for the name from the same subnet; look at security groups and at `nameservers`",
  },
  pinned: {
    wrong: 'one slot serves while the load balancer has several addresses',
    why: 'a `server` line takes one address of an answer and leaves the others',
    mend: 'a server line without `server-template`: give it slots, or accept it on 1.6 and 1.7, which have none',
  },
  'uncovered-address': {
    wrong: 'an address of the load balancer is in no slot though one is free',
    why: 'the process has not asked since the load balancer grew, or has not seen this part of the answer',
    mend: 'wait for a few periods of resolution; if it stays, see `failing-resolver`',
  },
  'silent-resolver': {
    wrong: 'the process sends no DNS queries and will not follow the next change',
    why: 'nothing makes it ask: 1.6 and 1.7 ask only on behalf of a health check, later branches only for lines with `resolvers`',
    mend: '1.6 and 1.7: add `check` to the server line; later ones: add `resolvers`',
  },
  'failing-resolver': {
    wrong: 'queries go out, and answers are errors, late, truncated or too big',
    why: 'a name server that refuses or is far away, a network that drops, or a payload size too small for eight addresses',
    mend: "raise `accepted_payload_size` to 8192; look at the name servers and at the network's limits for DNS",
  },
  'version-mismatch': {
    wrong: 'another branch runs than the configuration was made for',
    why: 'a configuration that is right for one branch can keep another from following DNS',
    mend: 'look for a deployment that is not finished, or an image that was changed by hand',
  },
  'unreachable-task': {
    wrong: 'the task runs, its runtime API does not answer, or has no server of the load balancer',
    why: 'nothing listens there, a firewall is between, TLS is refused, or the backend has another name',
    mend: "look at the security groups between checker and tasks, and at the task's log",
  },
  'no-running-task': {
    wrong: 'the service has no task',
    why: 'it is scaled to none, or its tasks do not start',
    mend: "look at the service's events in ECS: image, subnets, capacity, secrets",
  },
  'unknown-upstream': {
    wrong: 'the load balancer is gone or not active, or its name does not resolve',
    why: 'deleted, made anew, or a name server that does not know its zone',
    mend: 'was it deleted or made anew under the same name? A new one has another DNS name: deploy again with it',
  },
  unchecked: {
    wrong: 'nobody could look at the proxy',
    why: "the run's time was over before its turn, or an API or a secret could not be read",
    mend: 'fewer proxies for a monitor, or tasks that answer faster: see `unreachable-task`',
  },
};

/**
 * Why there is a verdict, and how to mend it.
 *
 * @throws InputError for a verdict that there is not
 */
export function explain(verdict: string): string {
  const kinds = Object.keys(EXPLANATIONS) as VerdictKind[];
  const kind = kinds.find((one) => one === verdict);
  if (kind === undefined) {
    const nearest = kinds.find((one) => one.includes(verdict)) ?? closest(verdict, kinds);
    throw new InputError(
      `--explain '${verdict}' is not known: did you mean '${nearest}'? Verdicts are ${kinds.join(', ')}`,
    );
  }
  const { wrong, why, mend } = EXPLANATIONS[kind];
  return [`${kind} (${VERDICTS[kind]}): ${wrong}`, `  why   ${why}`, `  mend  ${mend}`].join('\n');
}
