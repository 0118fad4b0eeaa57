/**
 * Deploys a monitor with the rule of AWS Config and the findings of Security Hub to an emulator of AWS that judges every
 * call by IAM: `npm run test:compliance`. The functions run with their own roles, the monitor reads a real HAProxy. Each
 * action of the roles is taken away in turn. All that the two services got is compared with their own models.
 *
 * It listens on loopback alone. AWS Config, which starts a rule, is played by this script.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigServiceClient, GetComplianceDetailsByConfigRuleCommand } from '@aws-sdk/client-config-service';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type AwsSecurityFinding, GetFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import Ajv from 'ajv';
import { encodeState } from '../lambda/controller/state/codec';
import type { RegistryRecord } from '../lib/contract/registry-record';
import { usableBinaries } from '../testbed/binaries/usable';
import { registryRecord } from '../testbed/checker';
import { openIncident } from '../testbed/fleet';
import { startIdleProxy } from '../testbed/idle-proxy';
import { ElbDns, elbNameFor } from '../testbed/load-balancer';
import { command } from './command';
import { Account, type StackResource } from './deploy/account';
import { cdk } from './deploy/cdk';
import { ACCOUNT, REGION } from './deploy/emulator';
import { IamEmulator, installIamEmulator } from './deploy/iam-emulator';
import { type RoleStatement, statementsOf, takeAway } from './deploy/role-policies';
import { functionNode, withEmulator } from './deploy/with-emulator';
import { NoPython } from './python';
import { type Step, step, steps } from './step';

const STACK = 'Compliance';
const MONITOR = 'compliance';
const PROXY = 'edge';
const ZONES = [`${REGION}a`, `${REGION}b`];
/** The endpoint of a HAProxy that does not run. */
const NOTHING = '127.0.0.1:1';
/** The queue is read every few seconds. */
const IMPORTED_MILLIS = 60_000;

/** What each action of the two roles is needed for: what is said without it. */
const NEEDED: Readonly<Record<string, string>> = {
  'lambda:InvokeFunction': 'not authorized to perform: lambda:InvokeFunction',
  'config:PutEvaluations': 'not authorized to perform: config:PutEvaluations',
  'config:ListDiscoveredResources': 'not authorized to perform: config:ListDiscoveredResources',
  'config:GetComplianceDetailsByConfigRule': 'not authorized to perform: config:GetComplianceDetailsByConfigRule',
  'securityhub:BatchImportFindings': 'not authorized to perform: securityhub:BatchImportFindings',
};

/** What this does not prove. Seen on localemu 1.3.2. */
const LIMITS = [
  'AWS Config starts the function, orders results and shows INSUFFICIENT_DATA: the emulator keeps results alone',
  'Security Hub ignores an event that is older than the last one, and refuses what its model does not say',
  'sqs and logs of the roles: Lambda calls them, and each call passes; they are not taken away',
  'the dead-letter queues: the emulator does not wait for a day',
];

interface Emulated {
  readonly folder: string;
  readonly emulator: IamEmulator;
  readonly python: string;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-compliance-'));
  try {
    const python = process.env.LOCALEMU_PYTHON ?? join(folder, 'python');
    if (process.env.LOCALEMU_PYTHON === undefined) {
      await step('an emulator of IAM, in its own Python environment', () => installIamEmulator(python));
    }
    const node = await functionNode();
    await withEmulator(
      () => IamEmulator.start(python, folder, node),
      (emulator) => rehearse({ folder, emulator, python }),
    );
  } catch (error) {
    if (!(error instanceof NoPython)) {
      throw error;
    }
    console.log(`not available: the rehearsal of AWS Config and Security Hub: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rehearse(emulated: Emulated): Promise<void> {
  const { binaries } = await usableBinaries();
  const binary = binaries.at(-1)!;
  const [own, probes] = [new ElbDns(), new ElbDns()];
  own.point('127.0.0.1');
  probes.point('127.0.0.1');
  const haproxy = await startIdleProxy(binary, await own.listen(), { port: 80 });
  try {
    const { address } = await probes.listen();
    const recordAt = (endpoint: string): RegistryRecord =>
      registryRecord(binary, address, {
        proxy: PROXY,
        upstreams: [{ backend: 'upstream', dnsName: elbNameFor(binary), port: 80 }],
        tasks: { endpoints: [endpoint] },
        dnsWindowSeconds: 3,
        graceChecks: 1,
      });
    const rehearsal = new Rehearsal(emulated, recordAt, `127.0.0.1:${haproxy.listeners.runtimeApi.port}`);
    await steps(rehearsal.steps);
    for (const limit of LIMITS) {
      console.log(`not proven: ${limit}`);
    }
  } finally {
    await haproxy.stop();
    await Promise.all([own.close(), probes.close()]);
  }
}

class Rehearsal {
  readonly #account = new Account();
  readonly #lambda = new LambdaClient();
  readonly #hub = new SecurityHubClient();
  #context: Record<string, string> = {};
  #resources: readonly StackResource[] = [];
  #probe = '';

  public constructor(
    private readonly emulated: Emulated,
    private readonly recordAt: (endpoint: string) => RegistryRecord,
    private readonly endpoint: string,
  ) {}

  public get steps(): readonly Step[] {
    return [
      ['cdk bootstrap, cdk deploy', () => this.#deploy()],
      ['what is not seen has no result, and a finding that is open', () => this.#blind()],
      ['an incident is noncompliant, with its annotation', () => this.#wrong()],
      ['a HAProxy that follows is compliant, and its findings are archived', () => this.#right()],
      ['without one action its call fails, and says so', () => this.#withoutActions()],
      ['all that was sent is what the models of the services allow', () => this.#models()],
      ['cdk destroy', () => this.#cdk('destroy', '--force')],
    ];
  }

  async #deploy(): Promise<void> {
    const { id, privateSubnetIds } = await this.#account.makeVpc(ZONES);
    this.#context = {
      account: ACCOUNT,
      region: REGION,
      zones: ZONES.join(),
      vpcId: id,
      subnetIds: privateSubnetIds.join(),
      endpoint: NOTHING,
    };
    await this.#cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`);
    await this.#cdk('deploy', '--require-approval', 'never');
    this.#resources = await this.#account.resources(STACK);
    this.#probe = (await this.#account.record(MONITOR, PROXY)).probe;
    await this.emulated.emulator.judge();
  }

  async #blind(): Promise<void> {
    await this.#register(NOTHING);
    await this.#run();
    assert.deepEqual(await this.#evaluate(), { COMPLIANT: 0, NON_COMPLIANT: 0, NOT_APPLICABLE: 1 });
    await this.#untilFindings(
      (found) =>
        found.length > 0 &&
        found.every(({ RecordState, Severity }) => `${RecordState} ${Severity?.Label}` === 'ACTIVE MEDIUM'),
    );
  }

  async #wrong(): Promise<void> {
    const table = this.#idOf('AWS::DynamoDB::Table', /^MonitorStates/);
    const before = await this.#account.stateOf(table, PROXY);
    await this.#account.putState(table, PROXY, encodeState(openIncident(this.recordAt(NOTHING), '127.0.0.9')));
    assert.deepEqual(await this.#evaluate(), { COMPLIANT: 0, NON_COMPLIANT: 1, NOT_APPLICABLE: 0 });
    const ConfigRuleName = this.#idOf('AWS::Config::ConfigRule', /^ConfigRule/);
    const details = new GetComplianceDetailsByConfigRuleCommand({ ConfigRuleName });
    const { EvaluationResults = [] } = await new ConfigServiceClient().send(details);
    assert.deepEqual(
      EvaluationResults.map(({ ComplianceType }) => ComplianceType),
      ['NON_COMPLIANT'],
    );
    assert.match(EvaluationResults[0]!.Annotation!, /^stale-address: .*127\.0\.0\.9.* \(since /);
    await this.#account.putState(table, PROXY, before);
  }

  async #right(): Promise<void> {
    await this.#register(this.endpoint);
    await this.#run();
    await this.#run();
    assert.deepEqual(await this.#evaluate(), { COMPLIANT: 1, NON_COMPLIANT: 0, NOT_APPLICABLE: 0 });
    await this.#untilFindings((found) => found.every(({ RecordState }) => RecordState === 'ARCHIVED'));
    const denied = this.emulated.emulator.takeJudged().filter(({ allowed }) => !allowed);
    assert.deepEqual(denied, []);
  }

  async #withoutActions(): Promise<void> {
    const roles = this.#resources.filter(
      ({ type, logicalId }) => type === 'AWS::IAM::Role' && /^(ConfigRule|SecurityHub)Role/.test(logicalId),
    );
    assert.equal(roles.length, 2);
    const statements = (await Promise.all(roles.map(({ id }) => statementsOf(id)))).flat();
    const shown = new Set<string>();
    for (const statement of statements) {
      for (const action of statement.actions.filter((one) => one in NEEDED)) {
        await this.#without(statement, action);
        shown.add(action);
      }
    }
    assert.deepEqual([...shown].sort(), Object.keys(NEEDED).sort());
  }

  async #without(statement: RoleStatement, action: string): Promise<void> {
    const { emulator } = this.emulated;
    // A group, so that AWS Config is asked for its id.
    const group = { autoScalingGroup: 'edge', runtimeApiPort: 9990 };
    await this.#account.putRecord(MONITOR, PROXY, { ...this.recordAt(NOTHING), tasks: group, probe: this.#probe });
    const putBack = await takeAway(statement, [action]);
    emulator.takeJudged();
    const said = action.startsWith('securityhub:') ? await this.#import() : await this.#evaluate().catch(String);
    await putBack();
    const denied = emulator.takeJudged().filter(({ allowed, role }) => !allowed && role === statement.role);
    assert.deepEqual([...new Set(denied.map((call) => call.action))], [action]);
    assert(JSON.stringify(said).includes(NEEDED[action]!), `without ${action}: ${JSON.stringify(said)}`);
    console.log(`shown: ${action}: passes; without it: ${NEEDED[action]}`);
  }

  async #models(): Promise<void> {
    const { python, emulator } = this.emulated;
    const models = JSON.parse(await command([join(python, 'bin', 'python'), 'scripts/deploy/service_models.py']));
    const ajv = new Ajv({ strict: true });
    const inputs = emulator.takeInputs();
    for (const { operation, input } of inputs) {
      assert(ajv.validate(models[operation], input), `${operation}: ${ajv.errorsText()}: ${JSON.stringify(input)}`);
    }
    const counts = Object.keys(models).map((name) => [
      name,
      inputs.filter(({ operation }) => operation === name).length,
    ]);
    assert(counts.every(([, count]) => Number(count) > 0));
    console.log(`valid: ${counts.map(([name, count]) => `${count} ${name}`).join(', ')}`);
  }

  async #register(endpoint: string): Promise<void> {
    await this.#account.putRecord(MONITOR, PROXY, { ...this.recordAt(endpoint), probe: this.#probe });
  }

  async #run(): Promise<void> {
    assert.equal(await this.#account.invoke(this.#idOf('AWS::Lambda::Function', /^MonitorHandler/)), undefined);
  }

  /** What AWS Config does: it starts the function. @throws what the function throws */
  #evaluate(): Promise<object> {
    const configRuleName = this.#idOf('AWS::Config::ConfigRule', /^ConfigRule/);
    const notification = { messageType: 'ScheduledNotification', notificationCreationTime: new Date().toISOString() };
    return this.#invoke(/^ConfigRuleHandler/, {
      invokingEvent: JSON.stringify(notification),
      configRuleName,
      // In the emulator the token is the name.
      resultToken: configRuleName,
    });
  }

  /** What Lambda does with a message of the queue. @returns the error */
  async #import(): Promise<string> {
    const detail = {
      change: 'opened',
      incidentId: '0123456789abcdef',
      monitor: MONITOR,
      proxy: PROXY,
      kind: 'stale-address',
      severity: 'critical',
      message: 'a message',
      remediation: 'a remedy',
      since: new Date().toISOString(),
      at: new Date().toISOString(),
    };
    const Records = [{ messageId: 'message', body: JSON.stringify({ detail }) }];
    return this.#invoke(/^SecurityHubHandler/, { Records }).then(() => 'no error', String);
  }

  async #invoke(logicalId: RegExp, event: object): Promise<object> {
    const FunctionName = this.#idOf('AWS::Lambda::Function', logicalId);
    const { FunctionError, Payload } = await this.#lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
    );
    const answer = JSON.parse(Buffer.from(Payload!).toString());
    if (FunctionError !== undefined) {
      throw new Error(answer.errorMessage);
    }
    return answer;
  }

  /** Waits until the rule, the queue and the function have brought the findings. */
  async #untilFindings(are: (found: readonly AwsSecurityFinding[]) => boolean): Promise<void> {
    for (const end = Date.now() + IMPORTED_MILLIS; ; await sleep(500)) {
      const { Findings = [] } = await this.#hub.send(new GetFindingsCommand({}));
      if (are(Findings)) {
        return;
      }
      const states = Findings.map(({ Title, RecordState }) => `${Title} ${RecordState}`);
      assert(Date.now() < end, `the findings are not as they should be: ${states.join(', ')}`);
    }
  }

  #cdk(...args: string[]): Promise<void> {
    const output = join(this.emulated.folder, 'cdk.out');
    return cdk(args, 'scripts/deploy/compliance-app.ts', this.#context, output);
  }

  #idOf(type: string, logicalId: RegExp): string {
    const found = this.#resources.find((one) => one.type === type && logicalId.test(one.logicalId));
    assert(found !== undefined, `the stack has no ${type} ${logicalId}`);
    return found.id;
  }
}

main().catch((error) => {
  console.error(`FAILED ${(error as Error).message}`);
  process.exitCode = 1;
});
