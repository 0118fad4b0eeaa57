export { ConcurrentLambda } from './concurrent-lambda';
export { LambdaFailure } from './lambda-failure';
export { type InvocationResult, LocalLambda } from './local-lambda';
export { lambdaNode, RUNTIME } from './node';
export type { FunctionSettings } from './variables';
