export { AwsError } from './aws-error';
export { AwsEndpoints } from './endpoints';
export type { AwsCall, AwsHandlers } from './operations';
export type { SignedRequest } from './signature';
export { ssmParameters } from './ssm-parameters';
