import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CENSUS as CENSUS_DOCUMENT, type Census, MONITOR_CENSUS, MONTH } from '../../lambda/census/documents';
import { Account, type StackResource } from '../deploy/account';
import { cdk } from '../deploy/cdk';
import type { Step } from '../step';
import { Cloud } from './cloud';
import { STAND_IN } from './controller';
import {
  ACCOUNTS,
  accessStackOf,
  FAILURES,
  HUB,
  HUB_STACK,
  MONITORS,
  monitorsStackOf,
  REAL,
  REGION,
  type RealProxy,
} from './names';

const ALL = ACCOUNTS.length * MONITORS.length + 1;
/** More than the 5 % that a census tolerates, together with those that fail anyway. */
const MORE_FAILING = 12;
const MINUTE = 60_000;

/** The life of a census of many accounts. */
export class CensusRehearsal {
  readonly #account = new Account();
  readonly #cloud: Cloud;
  #resources: readonly StackResource[] = [];
  #first!: Census;

  public constructor(
    private readonly folder: string,
    endpoint: string,
    private readonly real: RealProxy,
  ) {
    this.#cloud = new Cloud(endpoint);
  }

  /** The assembly of the app. */
  public get output(): string {
    return path.join(this.folder, 'cdk.out');
  }

  /** The steps, in their order. */
  public get steps(): readonly Step[] {
    return [
      [
        'cdk bootstrap and deploy of the hub: census, hub of incidents, and a monitor with a real HAProxy',
        () => this.#deployHub(),
      ],
      [
        `stacks of ${ACCOUNTS.length} accounts with ${ALL - 1} monitors, and their access`,
        () => this.#deployAccounts(),
      ],
      [
        `a census of ${ALL} monitors, of which ${FAILURES.length} do not answer: it succeeds, and names them`,
        () => this.#census(),
      ],
      ['its documents: each monitor once, with its proxies and checksums', () => this.#documents()],
      ['the monitor with the real HAProxy says what it holds', () => this.#real()],
      [
        'more monitors fail than are tolerated: the execution fails, and the documents are complete',
        () => this.#tooMany(),
      ],
      ['the month of all monitors', () => this.#month()],
      [
        'the incident of the real HAProxy reaches the queue of the hub, through the bus of the hub',
        () => this.#incident(),
      ],
      ['cdk destroy of the hub', () => this.#cdk('destroy', '--force', HUB_STACK)],
      ['what this does not prove', async () => this.#limits()],
    ];
  }

  async #deployHub(): Promise<void> {
    await this.#cdk('bootstrap', `aws://${HUB}/${REGION}`);
    await this.#cdk('deploy', '--require-approval', 'never', HUB_STACK);
    assert.equal(await this.#account.stackStatus(HUB_STACK), 'CREATE_COMPLETE');
    this.#resources = await this.#account.resources(HUB_STACK);
  }

  async #deployAccounts(): Promise<void> {
    // Without white space: CloudFormation takes 51,200 bytes.
    const template = (stack: string) =>
      JSON.stringify(JSON.parse(readFileSync(path.join(this.output, `${stack}.template.json`), 'utf8')));
    for (const account of ACCOUNTS) {
      for (const stack of [monitorsStackOf(account), accessStackOf(account)]) {
        await this.#cloud.createStack(account, stack, template(stack));
      }
    }
  }

  async #census(): Promise<void> {
    const execution = await this.#cloud.execute(this.#idOf('AWS::StepFunctions::StateMachine', /^Census/));
    assert.equal(execution.status, 'SUCCEEDED', JSON.stringify(execution));
    this.#first = await this.#newestCensus();
    const { totals, monitors } = this.#first;
    assert.equal(totals.monitors, ALL);
    assert.equal(totals.monitorsSeen, ALL - FAILURES.length);
    const unseen = monitors.flatMap(({ monitor, failed }) => (failed === undefined ? [] : [{ monitor, failed }]));
    assert.deepEqual(
      unseen.map(({ monitor }) => monitor),
      FAILURES.map(({ account, name }) => `${account}/${REGION}/${name}`),
    );
    for (const [i, { says }] of FAILURES.entries()) {
      assert(unseen[i]!.failed.includes(says), `${unseen[i]!.failed}: it does not say: ${says}`);
    }
  }

  async #documents(): Promise<void> {
    const { totals, monitors } = this.#first;
    const standIns = ALL - FAILURES.length - 1;
    assert.equal(totals.proxies, standIns * STAND_IN.proxies + 1);
    assert.equal(totals.compliant, standIns * STAND_IN.compliant);
    const expected = ACCOUNTS.flatMap((account) => MONITORS.map((name) => `${account}/${REGION}/${name}`));
    assert.deepEqual(
      monitors.map(({ monitor }) => monitor),
      [...expected, `${HUB}/${REGION}/${REAL}`].sort(),
    );
    for (const { monitor, document, proxies } of monitors) {
      const text = await this.#cloud.object(this.#documentsBucket, document!.key);
      assert.equal(createHash('sha256').update(text).digest('hex'), document!.sha256, monitor);
      assert.equal(MONITOR_CENSUS.parse(JSON.parse(text)).proxies.length, proxies, monitor);
    }
  }

  async #real(): Promise<void> {
    const { document } = this.#first.monitors.find(({ monitor }) => monitor.startsWith(HUB))!;
    const { proxies } = MONITOR_CENSUS.parse(
      JSON.parse(await this.#cloud.object(this.#documentsBucket, document!.key)),
    );
    const [proxy] = proxies;
    assert.deepEqual(proxy?.upstreams[0]?.live, ['127.0.0.2']);
    assert.deepEqual(proxy?.held[0]?.addresses, [['127.0.0.1']]);
    assert.equal(proxy?.compliance === 'unknown' || proxy?.gaps.length, 0);
  }

  async #tooMany(): Promise<void> {
    const [account] = ACCOUNTS;
    for (const name of MONITORS.slice(1, 1 + MORE_FAILING)) {
      await this.#cloud.setFunction(account, name, `arn:aws:lambda:${REGION}:${account}:function:gone`);
    }
    const execution = await this.#cloud.execute(this.#idOf('AWS::StepFunctions::StateMachine', /^Census/));
    assert.equal(execution.status, 'FAILED');
    assert.equal(execution.error, 'States.ExceedToleratedFailureThreshold');
    const { census, totals, monitors } = await this.#newestCensus();
    assert.notEqual(census, this.#first.census);
    assert.equal(totals.monitors, ALL);
    assert.equal(monitors.length, ALL);
    const unseen = monitors.filter(({ failed }) => failed !== undefined).length;
    assert(unseen >= FAILURES.length + MORE_FAILING, `${unseen} monitors are named as not seen`);
    console.log(`  ${unseen} of ${ALL} monitors not seen: those that failed, and those that were not asked any more`);
  }

  async #month(): Promise<void> {
    const month = this.#first.census.slice(0, 7);
    const execution = await this.#cloud.execute(this.#idOf('AWS::StepFunctions::StateMachine', /^Census/), { month });
    assert.equal(execution.status, 'SUCCEEDED', JSON.stringify(execution));
    const document = MONTH.parse(
      JSON.parse(await this.#cloud.object(this.#documentsBucket, `months/${month}/month.json`)),
    );
    assert.equal(document.totals.monitors, ALL);
    assert(document.totals.incidents > 0);
  }

  /** The schedule starts the controller of the real monitor, which finds the drift. */
  async #incident(): Promise<void> {
    const queue = this.#idOf('AWS::SQS::Queue', /^HubQueue/);
    const found: string[] = [];
    for (const end = Date.now() + 3 * MINUTE; ; await sleep(500)) {
      const incidents = await this.#account.takeIncidents(queue);
      found.push(...incidents.map(({ monitor, proxy, kind, change }) => `${monitor} ${proxy} ${kind} ${change}`));
      if (found.includes(`${REAL} orders stale-address opened`)) {
        return;
      }
      assert(Date.now() < end, `the incidents in the queue of the hub are ${found.join(', ') || 'none'}`);
    }
  }

  #limits(): void {
    for (const limit of [
      'IAM: this emulator lets every caller in (see the trust policies below)',
      "Step Functions' own files of results (ResultWriter): this emulator does not write them, and nothing here reads them",
      'the accounts of an organizational unit: AWS Organizations is a stand-in in the tests',
      'Object Lock: this emulator deletes locked objects',
      'the archive of the hub, its log, the policy of its bus, and events of other accounts: this emulator has none of them',
    ]) {
      console.log(`not proven: ${limit}`);
    }
  }

  async #newestCensus(): Promise<Census> {
    const keys = (await this.#cloud.keys(this.#documentsBucket)).filter((key) => key.endsWith('/census.json'));
    return CENSUS_DOCUMENT.parse(JSON.parse(await this.#cloud.object(this.#documentsBucket, keys.sort().at(-1)!)));
  }

  get #documentsBucket(): string {
    return this.#idOf('AWS::S3::Bucket', /^CensusDocuments/);
  }

  #idOf(type: string, logicalId: RegExp): string {
    const found = this.#resources.find((one) => one.type === type && logicalId.test(one.logicalId));
    assert(found, `the stack of the hub has no ${type} ${logicalId}`);
    return found.id;
  }

  #cdk(...args: string[]): Promise<void> {
    return cdk(args, 'scripts/census/app.ts', { real: JSON.stringify(this.real) }, this.output);
  }
}
