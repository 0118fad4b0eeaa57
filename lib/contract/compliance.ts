/** Environment variables of the function that evaluates for AWS Config. */
export interface ConfigRuleEnvironment {
  /** Name or ARN of the function of the controller. */
  readonly CONTROLLER: string;
}
