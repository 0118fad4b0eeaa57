import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { accessRoleName } from '../../lib/contract/census-access';
import type { Cloud } from './cloud';
import { ACCOUNTS, accessStackOf, CENSUS, EXTERNAL_ID, HUB, MONITORS, monitorsStackOf, REGION } from './names';

/** The account of the monitors, and one that has nothing to do with them. */
const [ACCOUNT, STRANGER] = [ACCOUNTS[1], '999999999999'] as const;
const [OWN, OTHER] = [MONITORS[0]!, MONITORS[1]!] as const;

/** The root users that make the roles. */
export const ROOTS = [ACCOUNT, STRANGER] as const;

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string };

/** Who gets the role of an account, and what the role may do, judged by IAM: the deployed policies decide. */
export class TrustRehearsal {
  /** @param output the assembly of the app */
  public constructor(
    private readonly cloud: Cloud,
    private readonly output: string,
  ) {}

  /** Makes the stacks of an account for two of its monitors, and the roles of those who ask. */
  public async prepare(): Promise<void> {
    await this.cloud.createStack(ACCOUNT, monitorsStackOf(ACCOUNT), this.#templateOf(monitorsStackOf(ACCOUNT)));
    await this.cloud.createStack(ACCOUNT, accessStackOf(ACCOUNT), this.#templateOf(accessStackOf(ACCOUNT)));
    for (const account of [HUB, STRANGER]) {
      for (const name of [`${CENSUS}-collect`, 'another']) {
        await this.#makeCaller(account, name);
      }
    }
  }

  /** @returns what was let in and what was not, one line each */
  public async check(): Promise<string[]> {
    const lines: string[] = [];
    const expect = async (wanted: 'allowed' | 'denied', what: string, call: () => Promise<unknown>) => {
      const got = await call().then(
        () => 'allowed',
        (error: Error) => {
          // Any other error would be mistaken for a refusal.
          assert.match(error.name, /AccessDenied/, `${what}: ${error.name}: ${error.message}`);
          return 'denied';
        },
      );
      assert.equal(got, wanted, what);
      lines.push(`${wanted}: ${what}`);
    };
    const census = await this.#assume(this.cloud.of(HUB).credentials, HUB, `${CENSUS}-collect`);
    const role = accessRoleName(REGION, OWN);
    const ask = (who: Keys, externalId?: string) => () => this.#assume(who, ACCOUNT, role, externalId);
    await expect('allowed', 'the role of the census, with the external id', ask(census, EXTERNAL_ID));
    await expect('denied', 'the role of the census, with another external id', ask(census, 'another'));
    await expect('denied', 'the role of the census, without an external id', ask(census));
    const another = await this.#assume(this.cloud.of(HUB).credentials, HUB, 'another');
    await expect('denied', 'another role of the account of the census', ask(another, EXTERNAL_ID));
    const stranger = await this.#assume(this.cloud.of(STRANGER).credentials, STRANGER, `${CENSUS}-collect`);
    await expect('denied', 'a role of the same name in another account', ask(stranger, EXTERNAL_ID));
    const credentials = await this.#assume(census, ACCOUNT, role, EXTERNAL_ID);
    const settings = { ...this.cloud.of(ACCOUNT), credentials };
    const [lambda, ssm] = [new LambdaClient(settings), new SSMClient(settings)];
    const [own, other] = await this.#functions();
    const invoke = (FunctionName: string) => () =>
      lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ census: true }) }));
    const read = (monitor: string) => () =>
      ssm.send(new GetParameterCommand({ Name: `/cdk-haproxy-elb/${monitor}/monitor` }));
    await expect('allowed', 'with the role: to read which function is that of its monitor', read(OWN));
    await expect('denied', 'with the role: to read that of another monitor', read(OTHER));
    await expect('allowed', 'with the role: to invoke the function of its monitor', invoke(own));
    await expect('denied', 'with the role: to invoke the function of another monitor', invoke(other));
    await expect('denied', 'with the role: to read the registry of its monitor', () =>
      ssm.send(new GetParametersByPathCommand({ Path: `/cdk-haproxy-elb/${OWN}/registry` })),
    );
    await expect('denied', 'with the role: to name another function', () =>
      ssm.send(new PutParameterCommand({ Name: `/cdk-haproxy-elb/${OWN}/monitor`, Value: 'x', Overwrite: true })),
    );
    return lines;
  }

  /** The functions of the two monitors, as their parameters name them. */
  async #functions(): Promise<[string, string]> {
    const ssm = new SSMClient(this.cloud.of(ACCOUNT));
    const of = async (monitor: string) => {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `/cdk-haproxy-elb/${monitor}/monitor` }));
      return Parameter!.Value!.split(',')[2]!;
    };
    return [await of(OWN), await of(OTHER)];
  }

  /** A role that its own account may assume, and that may assume any. */
  async #makeCaller(account: string, RoleName: string): Promise<void> {
    const iam = new IAMClient(this.cloud.of(account));
    const trust = statement({ Principal: { AWS: `arn:aws:iam::${account}:root` } });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const PolicyDocument = statement({ Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'Ask', PolicyDocument }));
  }

  async #assume(
    credentials: Omit<Keys, 'sessionToken'>,
    account: string,
    role: string,
    ExternalId?: string,
  ): Promise<Keys> {
    const RoleArn = `arn:aws:iam::${account}:role/${role}`;
    const { Credentials: given } = await new STSClient({ ...this.cloud.of(account), credentials }).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'census', ...(ExternalId !== undefined && { ExternalId }) }),
    );
    return {
      accessKeyId: given!.AccessKeyId!,
      secretAccessKey: given!.SecretAccessKey!,
      sessionToken: given!.SessionToken!,
    };
  }

  /** The part of a template that is about the two monitors. */
  #templateOf(stack: string): string {
    const { Parameters = {}, Resources } = JSON.parse(
      readFileSync(path.join(this.output, `${stack}.template.json`), 'utf8'),
    );
    const idOf = (monitor: string) => monitor.replace('-', '');
    const isIn = (id: string) => !/monitor\d\d/.test(id) || [OWN, OTHER].some((monitor) => id.includes(idOf(monitor)));
    const part = (all: object) => Object.fromEntries(Object.entries(all).filter(([id]) => isIn(id)));
    return JSON.stringify({ Parameters: part(Parameters), Resources: part(Resources) });
  }
}

const statement = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...more }] });
