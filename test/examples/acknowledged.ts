/** A finding of cdk-nag that stays, and why. */
export interface Acknowledged {
  readonly rule: RegExp;
  /** Where, as a path of constructs. */
  readonly path: RegExp;
  readonly reason: string;
}

/** The findings of cdk-nag's AwsSolutions in the examples that are as they must be. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    rule: /^AwsSolutions-ECS4$/,
    path: /Proxy\/Cluster\/Resource$/,
    reason: 'AWS charges for each metric of Container Insights: `containerInsights` switches it on.',
  },
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
    rule: /^AwsSolutions-EC23$/,
    path: /^Partner\/Proxy\/FrontDoorSecurityGroup\/Resource$/,
    reason:
      'The rule cannot read the CIDR block of a VPC that is made by the same stack; it is not the whole Internet.',
  },
  {
    rule: /^AwsSolutions-ELB2$/,
    path: /^Partner\/Proxy\/FrontDoor\/Resource$/,
    reason:
      'A Network Load Balancer logs TLS listeners alone, and this one passes TLS through: HAProxy logs each connection.',
  },
  {
    rule: /^AwsSolutions-S1$/,
    path: /^Operations\/Census\/Documents\/Resource$/,
    reason: 'Who reads documents is the choice of the owner: `bucket` takes a bucket with access logs.',
  },
  {
    rule: /^AwsSolutions-SQS3$/,
    path: /^ToPagerDuty\/Undelivered\/Resource$/,
    reason: 'It is a dead-letter queue itself.',
  },
];
