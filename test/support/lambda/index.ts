export { LambdaFailure } from './lambda-failure';
export { type InvocationResult, LocalLambda } from './local-lambda';
export type { FunctionSettings } from './variables';
