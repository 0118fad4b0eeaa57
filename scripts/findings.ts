/** A rule of cdk-nag or checkov that an option of yours satisfies. */
interface OptionalFinding {
  /** What the rule is about. */
  readonly what: string;
  readonly nag: readonly string[];
  readonly checkov?: readonly string[];
  /** The option, in Markdown. */
  readonly option: string;
}

/**
 * The findings that depend on your options. They cost money or need something of yours, so that the defaults leave them
 * open. A test gives the options, and expects no finding.
 */
export const OPTIONAL: readonly OptionalFinding[] = [
  {
    what: 'log groups without a key of yours',
    nag: ['NIST.800.53.R5-CloudWatchLogGroupEncrypted'],
    checkov: ['CKV_AWS_158'],
    option:
      '`logGroup` of the proxy and of `probe`; `encryptionKey` or `logGroup` of the monitor; `encryptionKey` of the census',
  },
  {
    what: 'the table of states without a key of yours',
    nag: [],
    checkov: ['CKV_AWS_119'],
    option: '`encryptionKey` of the monitor',
  },
  {
    what: 'alarms without an action',
    nag: ['NIST.800.53.R5-CloudWatchAlarmAction'],
    option: '`alarmActions` of the monitor, the proxy, or the census',
  },
  {
    what: 'reserved concurrency of the controller',
    nag: ['NIST.800.53.R5-LambdaConcurrency'],
    checkov: ['CKV_AWS_115'],
    option: '`reservedConcurrency` of the monitor',
  },
  {
    what: 'the bucket of a census without access logs and without a copy elsewhere',
    nag: ['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled', 'NIST.800.53.R5-S3BucketReplicationEnabled'],
    option: '`bucket` of the census: one of yours',
  },
  {
    what: 'the buckets of a census without a key of yours',
    nag: ['NIST.800.53.R5-S3DefaultEncryptionKMS'],
    option: '`encryptionKey` of the census',
  },
  {
    what: 'a cluster without Container Insights',
    nag: ['AwsSolutions-ECS4'],
    checkov: ['CKV_AWS_65'],
    option: '`containerInsights`, or your own `cluster`',
  },
  {
    what: 'a Network Load Balancer without access logs',
    nag: ['AwsSolutions-ELB2', 'NIST.800.53.R5-ELBLoggingEnabled'],
    option: '`accessLogs` of the ingress. AWS writes them for TLS listeners alone, those with `certificates`',
  },
  {
    what: 'a Network Load Balancer without deletion protection',
    nag: ['NIST.800.53.R5-ELBDeletionProtectionEnabled'],
    option: '`deletionProtection` of the ingress',
  },
  {
    what: 'listeners without a certificate',
    nag: ['NIST.800.53.R5-ELBv2ACMCertificateRequired'],
    option: '`listenTls` of the proxy, or `certificates` of the ingress',
  },
  {
    what: 'an inbound rule of yours from the CIDR block of a VPC of the same app',
    nag: ['AwsSolutions-EC23', 'NIST.800.53.R5-EC2RestrictedCommonPorts', 'NIST.800.53.R5-EC2RestrictedSSH'],
    option: 'the CIDR block as a text: cdk-nag cannot read a reference',
  },
];
