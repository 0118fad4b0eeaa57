import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { NO_STATE } from '../../lambda/controller/domain/state';
import { encodeState } from '../../lambda/controller/state/codec';
import { DnsServer } from '../../testbed/dns-server';
import type { Step } from '../step';
import { Account, type StackResource } from './account';
import { cdk } from './cdk';
import { ACCOUNT, REGION } from './emulator';
import type { IamEmulator, JudgedCall } from './iam-emulator';
import { VpcResolver } from './name-server';
import { INVOKE, LIMITS, NEEDED, NOT_SHOWN, type RoleName, roleOf } from './permission-table';
import { type RoleStatement, statementsOf, takeAway } from './role-policies';

const ENVIRONMENT = 'emulator';
const STACK = `haproxy-elb-${ENVIRONMENT}`;
const ZONES = [`${REGION}a`, `${REGION}b`];
/** The proxies of the example. */
const [ORDERS, PAYMENTS] = ['orders', 'payments'] as const;
/** The name of a state whose proxy is not in the registry: the controller removes it. */
const GONE = 'gone';
/** States with more bytes than the controller keeps in memory: it gets the last ones one by one. */
const LARGE = { states: 90, bytes: 380_000 };
/** The schedule starts a run each minute. */
const SCHEDULED_MILLIS = 180_000;
const LOGGED_MILLIS = 60_000;

/** What came of a run of the controller. */
interface Run {
  readonly allowed: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  /** The error of a run that failed, and lines of its log that are not about incidents. */
  readonly said: string;
}

/** The life of the example app (`haproxy-elb.yaml`) in an account in which IAM judges every call. */
export class PermissionRehearsal {
  public static async prepare(folder: string, emulator: IamEmulator): Promise<PermissionRehearsal> {
    const dns = new DnsServer();
    return new PermissionRehearsal(folder, emulator, dns, await VpcResolver.start((await dns.listen()).address));
  }

  readonly #account = new Account();
  readonly #example = parse(readFileSync('haproxy-elb.yaml', 'utf8'));
  #resources: readonly StackResource[] = [];
  #statements: readonly (RoleStatement & { readonly name: RoleName })[] = [];
  #privateSubnetIds: readonly string[] = [];
  /** What a run says with all permissions. */
  #usual = '';
  #startAgain = async (): Promise<void> => {};

  private constructor(
    private readonly folder: string,
    private readonly emulator: IamEmulator,
    private readonly dns: DnsServer,
    private readonly resolver: VpcResolver,
  ) {}

  /** The steps, in their order. */
  public get steps(): readonly Step[] {
    return [
      ['cdk bootstrap', () => this.#bootstrap()],
      ['cdk deploy: the functions and the schedule, each with its own role', () => this.#deploy()],
      ['the table of permissions has every statement of the deployed policies', () => this.#read()],
      ['the schedule starts the controller, and does not without its statement', () => this.#schedule()],
      ['a run makes every call that the policies allow, and each passes', () => this.#passes()],
      ['without one action this call fails, and no other', () => this.#withoutActions()],
      ['without one statement its calls fail, and no other', () => this.#withoutStatements()],
      ['without the policy of the probe the controller cannot invoke it', () => this.#withoutInvocation()],
      ['with all of them every call passes again, and the schedule starts', () => this.#again()],
      ['cdk destroy leaves nothing', () => this.#destroy()],
      ['what was shown, and what neither emulator proves', async () => this.#print()],
    ];
  }

  public close(): void {
    this.resolver.close();
    void this.dns.close();
  }

  async #bootstrap(): Promise<void> {
    const vpc = { availabilityZones: ZONES, ...(await this.#account.makeVpc(ZONES)) };
    this.#privateSubnetIds = vpc.privateSubnetIds;
    this.#example.environments = { [ENVIRONMENT]: { account: ACCOUNT, region: REGION, vpc } };
    // An incident opens with its first check.
    this.#example.monitor = { graceChecks: 1 };
    await this.#cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`);
  }

  async #deploy(): Promise<void> {
    await this.#cdk('deploy', '--require-approval', 'never');
    assert.equal(await this.#account.stackStatus(STACK), 'CREATE_COMPLETE');
    this.#resources = await this.#account.resources(STACK);
    this.dns.set(this.#example.proxies[ORDERS].upstream.dnsName, ['10.9.0.11']);
    // A service without tasks: ECS is asked how many it is to have.
    const record = await this.#account.record(STACK, PAYMENTS);
    assert('service' in record.tasks);
    await this.#account.stopTasks(record.tasks.cluster, record.tasks.service);
    // A load balancer of the account, as `ElbUpstream.fromLoadBalancer` registers it.
    const { arn, dnsName } = await this.#account.makeNetworkLoadBalancer(PAYMENTS, this.#privateSubnetIds);
    this.dns.set(dnsName, ['10.9.0.12']);
    const upstreams = record.upstreams.map((upstream) => ({ ...upstream, dnsName, loadBalancerArn: arn }));
    await this.#account.putRecord(STACK, PAYMENTS, { ...record, upstreams });
    await this.emulator.judge();
  }

  async #read(): Promise<void> {
    const roles = this.#resources.filter(({ type }) => type === 'AWS::IAM::Role');
    const all = await Promise.all(
      roles.map(async ({ id, logicalId }) => {
        return (await statementsOf(id)).map((one) => ({ ...one, name: roleOf(logicalId) }));
      }),
    );
    this.#statements = all.flat();
    const known = (table: typeof NEEDED | typeof NOT_SHOWN) =>
      Object.entries(table).flatMap(([role, actions]) => Object.keys(actions).map((action) => `${role} ${action}`));
    const granted = this.#statements.flatMap(({ name, actions }) => actions.map((action) => `${name} ${action}`));
    const ofPolicies = [...known(NEEDED), ...known(NOT_SHOWN)].filter((one) => one !== `controller ${INVOKE}`);
    assert.deepEqual([...new Set(granted)].sort(), ofPolicies.sort());
  }

  async #schedule(): Promise<void> {
    await this.#untilScheduled(true);
    const statement = this.#statements.find(({ name }) => name === 'schedule')!;
    // For the rest of the rehearsal: its runs would mix with those below.
    this.#startAgain = await takeAway(statement, statement.actions);
    await this.#untilScheduled(false);
  }

  /** Waits until the schedule was let, or not let, to start the controller. */
  async #untilScheduled(allowed: boolean): Promise<void> {
    this.emulator.takeJudged();
    const isIt = (call: JudgedCall) => this.#nameOf(call) === 'schedule' && call.allowed === allowed;
    const end = Date.now() + SCHEDULED_MILLIS;
    while (!this.emulator.takeJudged().some(isIt)) {
      assert(Date.now() < end, `the schedule did not try to start the controller${allowed ? ' with success' : ''}`);
      await sleep(500);
    }
  }

  async #passes(): Promise<void> {
    const { allowed, denied, said } = await this.#run({ large: true });
    assert.deepEqual([...denied], []);
    this.#usual = said;
    const needed = (['controller', 'probe'] as const).flatMap((role) =>
      Object.keys(NEEDED[role]!).map((action) => `${role} ${action}`),
    );
    assert.deepEqual([...allowed].sort(), needed.sort());
  }

  async #withoutActions(): Promise<void> {
    for (const statement of this.#ofFunctions()) {
      for (const action of statement.actions) {
        const putBack = await takeAway(statement, [action]);
        const run = await this.#run({ large: action === 'dynamodb:GetItem' });
        await putBack();
        this.#check(run, statement.name, action);
      }
    }
  }

  async #withoutStatements(): Promise<void> {
    for (const statement of this.#ofFunctions().filter(({ actions }) => actions.length > 1)) {
      const putBack = await takeAway(statement, statement.actions);
      const { denied } = await this.#run({ large: false });
      await putBack();
      const own = statement.actions.map((action) => `${statement.name} ${action}`);
      assert(denied.size > 0, `no call fails without ${own.join(', ')}`);
      assert.deepEqual(
        [...denied].filter((one) => !own.includes(one)),
        [],
      );
    }
  }

  async #withoutInvocation(): Promise<void> {
    const probe = this.#idOf('AWS::Lambda::Function', /^MonitorDriftProbe/);
    const role = this.#idOf('AWS::IAM::Role', /^MonitorRole/);
    await this.#account.forbidInvocation(probe);
    const run = await this.#run({ large: false });
    await this.#account.allowInvocation(probe, `arn:aws:iam::${ACCOUNT}:role/${role}`);
    this.#check(run, 'controller', INVOKE);
  }

  async #again(): Promise<void> {
    await this.#passes();
    await this.#startAgain();
    await this.#untilScheduled(true);
  }

  async #destroy(): Promise<void> {
    const table = this.#idOf('AWS::DynamoDB::Table', /^MonitorStates/);
    await this.#cdk('destroy', '--force');
    assert.equal(await this.#account.stackStatus(STACK), 'DELETE_COMPLETE');
    assert.deepEqual(await this.#account.leftovers(table), []);
  }

  #print(): void {
    for (const [role, actions] of Object.entries(NEEDED)) {
      for (const [action, { means }] of Object.entries(actions)) {
        const statement = this.#statements.find((one) => one.name === role && one.actions.includes(action));
        const by = statement === undefined ? 'lambda function (probe)' : placeOf(statement.resource);
        console.log(`shown: ${role.padEnd(10)} ${action.padEnd(51)} on ${by.padEnd(26)} passes; without it ${means}`);
      }
    }
    for (const [role, actions] of Object.entries(NOT_SHOWN)) {
      for (const [action, reason] of Object.entries(actions)) {
        console.log(`not shown: ${role} ${action}: ${reason}`);
      }
    }
    for (const limit of LIMITS) {
      console.log(`not proven: ${limit}`);
    }
  }

  /** The CDK's own command line, on the app of a spec file. */
  async #cdk(...args: string[]): Promise<void> {
    const spec = join(this.folder, 'haproxy-elb.yaml');
    writeFileSync(spec, stringify(this.#example));
    await cdk(args, 'scripts/deploy/app.ts', { spec }, join(this.folder, 'cdk.out'));
  }

  /** The statements that a run of the functions needs. */
  #ofFunctions() {
    return this.#statements.filter(
      ({ name, actions }) => name !== 'schedule' && actions.every((action) => NEEDED[name]?.[action] !== undefined),
    );
  }

  /** Checks that a run without an action failed in this call and in no other, and that it said so. */
  #check({ denied, said }: Run, role: RoleName, action: string): void {
    const { says } = NEEDED[role]![action]!;
    assert.deepEqual([...denied], [`${role} ${action}`]);
    if (says === '') {
      assert.equal(said, this.#usual, `without ${action} of ${role} the controller says something`);
    } else {
      assert(said.includes(says), `without ${action} of ${role} the controller says:\n${said}\nand not: ${says}`);
    }
  }

  /**
   * One run from a cold start that makes every call: incidents open, and a state is removed.
   *
   * @param large whether there are more states than the controller keeps in memory
   */
  async #run({ large }: { readonly large: boolean }): Promise<Run> {
    const table = this.#idOf('AWS::DynamoDB::Table', /^MonitorStates/);
    await this.#account.emptyTable(table);
    await this.#account.putState(table, GONE, encodeState(NO_STATE));
    for (let i = 0; large && i < LARGE.states; i += 1) {
      await this.#account.putState(table, `${GONE}-${i}`, 'x'.repeat(LARGE.bytes));
    }
    await this.emulator.startCold();
    this.emulator.takeJudged();
    this.emulator.takeLines();
    const error = await this.#account.invoke(this.#idOf('AWS::Lambda::Function', /^MonitorHandler/));
    const calls = await this.#calls();
    const named = (allowed: boolean) =>
      new Set(calls.filter((call) => call.allowed === allowed).map((call) => `${this.#nameOf(call)} ${call.action}`));
    const lines = this.emulator.takeLines().flatMap(messageOf);
    const said = [...(error === undefined ? [] : [error]), ...new Set(lines.sort())].join('\n');
    return { allowed: named(true), denied: named(false), said };
  }

  /** The judged calls of a run, until Lambda has written the logs of its functions. */
  async #calls(): Promise<JudgedCall[]> {
    const calls: JudgedCall[] = [];
    const logged = (name: RoleName) =>
      calls.some((call) => {
        const { action, allowed } = call;
        return (
          this.#nameOf(call) === name &&
          (action === 'logs:PutLogEvents' || (action === 'logs:CreateLogStream' && !allowed))
        );
      });
    const probed = () => calls.some(({ action, allowed }) => action === INVOKE && allowed);
    for (const end = Date.now() + LOGGED_MILLIS; ; await sleep(100)) {
      calls.push(...this.emulator.takeJudged());
      if (logged('controller') && (!probed() || logged('probe'))) {
        return calls.filter((call) => this.#nameOf(call) !== 'schedule');
      }
      assert(Date.now() < end, 'Lambda did not write the logs of a run');
    }
  }

  #nameOf({ role }: JudgedCall): RoleName {
    return roleOf(this.#resources.find(({ id }) => id === role)!.logicalId);
  }

  #idOf(type: string, logicalId: RegExp): string {
    return this.#resources.find((one) => one.type === type && logicalId.test(one.logicalId))!.id;
  }
}

/** The kind of a resource, without its name: `table`. */
function placeOf(arn: string): string {
  const [, , service, , , kind] = arn.split(':');
  return kind === undefined ? arn : `${service} ${kind.split('/')[0]}`;
}

/** What a line of the controller's log says, but for incidents and for states that are no longer needed. */
function messageOf(line: string): string[] {
  if (!line.startsWith('{"level":"')) {
    return [];
  }
  const { level, message, event, proxy, reasons = [] } = JSON.parse(line);
  const expected = level === 'INFO' || String(event).startsWith('incident-') || String(proxy).startsWith(`${GONE}-`);
  return expected ? [] : [[message, ...reasons].join(': ')];
}
