/** A rule of cdk-nag or checkov that we do not follow, and why. */
export interface AcknowledgedFinding {
  /** What the rule is about. */
  readonly what: string;
  /** Ids of cdk-nag's rules, which the constructs acknowledge. */
  readonly nag: readonly string[];
  /** Ids of checkov's rules. */
  readonly checkov?: readonly string[];
  readonly reason: string;
}

/**
 * The findings that the constructs acknowledge. Each would stay whatever options you give, so that a report with it shows
 * nothing to decide. `docs/findings.md` is written from this table, and a test fails for a row without a finding.
 */
export const ACKNOWLEDGED = {
  configuration: {
    what: 'environment variables of the task definition',
    nag: ['AwsSolutions-ECS2'],
    reason:
      'The variable is the configuration of HAProxy and holds no secret: certificates and keys come from Secrets Manager.',
  },
  ownPolicy: {
    what: 'inline policies of the roles',
    nag: ['NIST.800.53.R5-IAMNoInlinePolicy'],
    reason: 'Each policy belongs to one role and is deleted with it. Nothing else can use it.',
  },
  ecsPolicy: {
    what: 'the managed policy of the role with which ECS moves listeners and target groups',
    nag: [
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers]',
    ],
    reason: 'ECS documents this policy for blue/green, linear and canary deployments, and AWS keeps it current.',
  },
  latticePolicy: {
    what: 'the managed policy of the role with which ECS registers tasks in VPC Lattice',
    nag: [
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForVpcLattice]',
    ],
    reason: 'ECS documents this policy for services in VPC Lattice, and AWS keeps it current.',
  },
  deadLetters: {
    what: 'dead-letter queues of the functions',
    nag: ['NIST.800.53.R5-LambdaDLQ'],
    checkov: ['CKV_AWS_116'],
    reason:
      'The next run does the work of one that failed, and the heartbeat alarm reports missed runs. The probe and the gate answer their caller, which handles a failure.',
  },
  ruleDeadLetters: {
    what: 'a dead-letter queue of a dead-letter queue',
    nag: ['AwsSolutions-SQS3'],
    reason: 'It is a dead-letter queue itself: what was not delivered or not handled waits there for 14 days.',
  },
  queueKey: {
    what: 'queues of events without a key of yours',
    nag: [],
    checkov: ['CKV_AWS_27'],
    reason: 'SQS encrypts them with a key of its own. `encryptionKey` of a hub encrypts those of the hub.',
  },
  queueReader: {
    what: 'the dead-letter queue of the function that imports findings',
    nag: ['NIST.800.53.R5-LambdaDLQ'],
    checkov: ['CKV_AWS_116'],
    reason: 'It reads a queue, which has one: a message that it did not handle comes again.',
  },
  secretChange: {
    what: 'the state machine that starts a deployment for a new value of a secret',
    nag: ['AwsSolutions-SF1', 'AwsSolutions-SF2'],
    reason:
      'It has one step, the call that starts the deployment. Its history has all of it, and CloudTrail has the call.',
  },
  noVpc: {
    what: 'every function but the probe outside of a VPC',
    nag: ['NIST.800.53.R5-LambdaInsideVPC'],
    checkov: ['CKV_AWS_117'],
    reason: 'They call AWS APIs alone. In no VPC they need no NAT gateway and reach no host of yours.',
  },
  censusRuns: {
    what: 'dead-letter queues, logs and traces of a census',
    nag: ['NIST.800.53.R5-LambdaDLQ', 'AwsSolutions-SF1', 'AwsSolutions-SF2'],
    reason:
      'The state machine calls each function and tries again. Its history has each step for 90 days, its alarms report a failed census, and its documents name what was not seen.',
  },
  censusConcurrency: {
    what: 'reserved concurrency of the functions of a census',
    nag: ['NIST.800.53.R5-LambdaConcurrency'],
    reason: 'The state machine calls 40 at a time, and waits where Lambda has no room.',
  },
  workingFiles: {
    what: 'versions, logs and replicas of the working files of a census',
    nag: [
      'AwsSolutions-S1',
      'NIST.800.53.R5-S3BucketLoggingEnabled',
      'NIST.800.53.R5-S3BucketReplicationEnabled',
      'NIST.800.53.R5-S3BucketVersioningEnabled',
    ],
    checkov: ['CKV_AWS_18', 'CKV_AWS_21'],
    reason: 'They are no evidence: the documents are in another bucket. They expire after 30 days.',
  },
  oneCaller: {
    what: 'reserved concurrency of every function but the controller',
    nag: ['NIST.800.53.R5-LambdaConcurrency'],
    checkov: ['CKV_AWS_115'],
    reason:
      'The controller asks each probe once in a run, ECS the gate once in a deployment, AWS Config starts one evaluation at a time, and the queue of findings two imports. A reservation takes concurrency from the other functions of the account.',
  },
  states: {
    what: 'a backup plan for the table of states',
    nag: ['NIST.800.53.R5-DynamoDBInBackupPlan'],
    reason: 'The next checks write the states again. Point-in-time recovery is on.',
  },
  tlsInHaproxy: {
    what: 'certificates of the listeners of a Network Load Balancer whose proxy has `listenTls`',
    nag: ['NIST.800.53.R5-ELBv2ACMCertificateRequired'],
    reason: 'The listener passes connections on as they are: HAProxy has the certificate, and redirects clear text.',
  },
  lookupLog: {
    what: 'the log group of the function that looks a load balancer up at deployment',
    nag: ['NIST.800.53.R5-CloudWatchLogGroupEncrypted'],
    reason:
      'It has the name, the ARN and the DNS name of the load balancer. CloudWatch encrypts it with a key of its own.',
  },
  functionSettings: {
    what: 'environment variables of the functions without a key of yours',
    nag: [],
    checkov: ['CKV_AWS_173'],
    reason: 'They are names and times, and no secret. Lambda encrypts them with a key of its own.',
  },
} satisfies Record<string, AcknowledgedFinding>;

/** The reason for each wildcard of a policy, by a part of the resource; `*` is the whole resource. */
export type WildcardReasons = Readonly<Record<string, string>>;

/** The wildcards in policies (`AwsSolutions-IAM5`) that the constructs acknowledge. */
export const WILDCARDS = {
  'the controller': {
    '*': 'IAM has no resource for describing network interfaces and load balancers, nor for a new OpsItem',
    ':opsitem/': 'the controller creates the OpsItems that it resolves; their ids are not known before',
  },
  'the controller, for the proxies of a stack': {
    '*': 'ListTasks has no resource for the cluster, and a policy has no room for each service; the condition ecs:cluster narrows all to the clusters with registered proxies. IAM has no resource for describing instances and Auto Scaling groups, nor for discovering the instances of a Cloud Map service, which a condition narrows',
    ':service-revision/': 'each deployment of the service has another revision',
    '-??????': 'Secrets Manager ends the ARN of a secret with six characters that are not known here',
  },
  'the function that evaluates for AWS Config': {
    '*': 'IAM has no resource for giving evaluations to AWS Config, nor for listing what AWS Config has discovered',
  },
  'the census': {
    '/censuses/*': 'the documents of the censuses; their names are not known before',
    '/months/*': 'the documents of the months; their names are not known before',
    '/working/': 'what the functions leave for one another; its names are not known before',
    ':execution:': 'the runs of this state machine, which the map starts; their ids are not known before',
    ':iam::*:role/': 'the roles of these names in the accounts of the organization, which a condition names',
    ':organizations::*:': 'the account of the management is not known here; the id of the organization is in the ARN',
  },
  'the probe': {
    '*': 'IAM has no resource for describing subnets and network interfaces',
    ':network-interface/': 'Lambda makes the interfaces of the function; their ids are not known before',
    ':security-group/': 'the security groups of the function: a shared one has the account of its owner in its ARN',
    ':subnet/': 'the subnets of the function, of any account: a shared one has the account of its owner in its ARN',
  },
  'the tasks, with ECS Exec': {
    '*': 'IAM has no resource for the channels of ECS Exec (ssmmessages), nor for logs:DescribeLogGroups',
  },
  'the function that looks a load balancer up at deployment': {
    '*': 'IAM has no resource for describing load balancers',
  },
} satisfies Record<string, WildcardReasons>;
