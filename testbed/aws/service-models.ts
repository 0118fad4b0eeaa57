import Ajv, { type ValidateFunction } from 'ajv';
import { AwsError } from './aws-error';
import models from './fixtures/service-models.json';

/** An operation whose model is known: what its service takes, from botocore (`scripts/deploy/service_models.py`). */
type ModelledOperation = keyof typeof models;

const ajv = new Ajv({ strict: true, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** What is wrong with an input by the model of its operation; empty: nothing. */
export function faultsOf(operation: ModelledOperation, input: unknown): string[] {
  const validate = validators.get(operation) ?? ajv.compile(models[operation]);
  validators.set(operation, validate);
  return validate(input) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** @throws AwsError with this code, for an input that the model does not allow */
export function checkByModel(operation: ModelledOperation, input: unknown, code: string): void {
  const faults = faultsOf(operation, input);
  if (faults.length > 0) {
    throw new AwsError(code, `${faults.length} validation errors detected: ${faults.join('; ')}`);
  }
}
