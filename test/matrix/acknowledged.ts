/** A finding of cdk-nag that stays, and why. */
export interface Acknowledged {
  readonly rule: RegExp;
  /** Where, as a path of constructs. */
  readonly path: RegExp;
  readonly reason: string;
}

/** The findings of cdk-nag's AwsSolutions in the examples that are not about our constructs. */
export const ACKNOWLEDGED_IN_EXAMPLES: readonly Acknowledged[] = [
  {
    rule: /^AwsSolutions-(L1|IAM4\[.*AWSLambdaBasicExecutionRole\])$/,
    path: /^SeveralElbs\/AWS679f53fac002430cb0da5b7982bd2287\//,
    reason: 'The function with which the CDK itself calls AWS at deployment.',
  },
  {
    rule: /^AwsSolutions-VPC7$/,
    path: /^Minimal\/Vpc\/Resource$/,
    reason: 'Flow logs are the choice of the owner of a VPC; the other examples have them.',
  },
  {
    rule: /^AwsSolutions-SQS3$/,
    path: /^ToPagerDuty\/Undelivered\/Resource$/,
    reason: 'It is a dead-letter queue itself.',
  },
];
