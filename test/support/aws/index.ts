export { AwsError } from './aws-error';
export { AwsEndpoints } from './endpoints';
export type { AwsCall, AwsHandlers } from './operations';
export { ssmParameters } from './ssm-parameters';
