import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { CensusRequest } from '../../../lib/contract/census';
import {
  accessRoleName,
  type CensusEnvironment,
  FUNCTION_ELEMENT,
  MONITOR_PARAMETER,
  registryPathOf,
} from '../../../lib/contract/census-access';
import type { CensusTarget } from '../collect';
import { CLIENT } from './client-options';

/** A controller answers within 55 s. */
const ANSWER_MILLIS = 60_000;

/**
 * How much a monitor may have answered when it is asked for a further page of at most 4 MiB. Its document and its page take
 * some 330 MB of memory then.
 */
const MAX_BYTES = 16 * 1024 * 1024;

/** Characters of the message of a controller. */
const MAX_MESSAGE = 200;

/** With the end point of the region of the census: its credentials are valid in all regions. */
const sts = new STSClient(CLIENT);

/** Asks one controller. */
type Ask = (request: CensusRequest) => Promise<unknown>;

/**
 * Assumes the role in the account of a monitor, and finds its function.
 *
 * @param census names the session of the role, so that the trail of the account shows which census it was
 * @throws where the role or the monitor is missing, or does not let this caller in
 */
export async function controllerOf(
  census: string,
  { account, region, name }: CensusTarget,
  { PARTITION, EXTERNAL_ID }: CensusEnvironment,
): Promise<Ask> {
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:${PARTITION}:iam::${account}:role/${accessRoleName(region, name)}`,
      RoleSessionName: `census-${census}`,
      ExternalId: EXTERNAL_ID,
    }),
  );
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    ...(given?.SessionToken !== undefined && { sessionToken: given.SessionToken }),
  };
  const functionArn = await functionArnOf(name, new SSMClient({ ...CLIENT, region, credentials }));
  const lambda = new LambdaClient({
    ...CLIENT,
    region,
    credentials,
    requestHandler: { ...CLIENT.requestHandler, requestTimeout: ANSWER_MILLIS },
  });
  let bytes = 0;
  return async (request) => {
    if (bytes > MAX_BYTES) {
      throw new Error(`its answers have ${bytes} bytes already, more than ${MAX_BYTES}: split the monitor`);
    }
    const { answer, size } = await invoke(lambda, functionArn, request);
    bytes += size;
    return answer;
  };
}

async function functionArnOf(monitor: string, ssm: SSMClient): Promise<string> {
  const parameter = `${registryPathOf(monitor)}/${MONITOR_PARAMETER}`;
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: parameter })).catch((error: Error) => {
    if (error.name === 'ParameterNotFound') {
      throw new Error(
        `there is no parameter ${parameter}: deploy a monitor of this name, or remove it from the targets`,
      );
    }
    throw error;
  });
  const functionArn = Parameter?.Value?.split(',')[FUNCTION_ELEMENT];
  if (functionArn === undefined) {
    throw new Error(`the parameter ${parameter} names no function: upgrade the monitor`);
  }
  return functionArn;
}

async function invoke(lambda: LambdaClient, functionArn: string, request: CensusRequest) {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(request) }),
  );
  const answer = JSON.parse(Payload?.transformToString() || 'null');
  if (FunctionError !== undefined) {
    const { errorMessage = 'see its log' } = Object(answer) as { errorMessage?: unknown };
    throw new Error(`the controller failed (${FunctionError}): ${String(errorMessage).slice(0, MAX_MESSAGE)}`);
  }
  return { answer, size: Payload?.length ?? 0 };
}
