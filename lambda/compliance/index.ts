/** The handlers of the functions for auditors: `index.configRule` from AWS Config, `index.findings` from a queue. */
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type ConfigRuleEvent, type EvaluationSummary, evaluateForConfig } from './config-rule';
import { importIncidents } from './import';
import { placeOf } from './resources';

type Invocation = Pick<Context, 'invokedFunctionArn'>;

const logger = new Logger();

/** Evaluates every proxy of a monitor for AWS Config. */
export async function configRule(
  event: ConfigRuleEvent,
  { invokedFunctionArn }: Invocation,
): Promise<EvaluationSummary> {
  const { CONTROLLER = '' } = process.env;
  return evaluateForConfig(event, CONTROLLER, placeOf(invokedFunctionArn), logger);
}

/** Imports incidents into Security Hub. */
export async function findings(event: SQSEvent, { invokedFunctionArn }: Invocation): Promise<SQSBatchResponse> {
  return importIncidents(event, placeOf(invokedFunctionArn), logger);
}
