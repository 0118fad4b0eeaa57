import { z } from 'zod';
import type { CensusTargets, DriftCensusProps, DriftHubProps } from '../../lib';
import { CENSUS, HUB } from '../../lib/private/options';
import { logRetentionDays } from './proxy-schema';
import { flag, form, keysOf, list, type Shape } from './values';

const NAME = /^[A-Za-z0-9._-]+$/;
export const account = () => form(/^\d{12}$/, 'the 12 digits of an account, in quotes');
export const region = () => form(/^[a-z]{2}(-[a-z]+)+-\d$/, 'the name of a region, such as eu-west-1');
export const alarmTopicArns = (when: string) =>
  list(
    form(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:\S+$/, 'the ARN of an SNS topic'),
    `SNS topics that get a message ${when}. Default: none.`,
  );

const target = z.strictObject({
  monitorName: form(NAME, "letters, digits, '.', '-' and '_'").meta({ description: 'Name of the monitors.' }),
  regions: list(region(), 'Their regions. Default: the region of the hub.'),
  accounts: list(account(), 'Their accounts. Default: those of organizationalUnits.'),
  organizationalUnits: list(
    form(/^(ou|r)-[0-9a-z-]+$/, 'the id of an organizational unit, such as ou-ab12-cdefghij'),
    'Organizational units with their accounts. Default: those of accounts.',
  ),
} satisfies Shape<CensusTargets>);

const objectLock = z
  .strictObject({
    mode: z.enum(['governance', 'compliance']).meta({
      description: 'governance: some principals may delete a document before its time. compliance: no principal may.',
    }),
    days: z.int().min(1).max(36_500).meta({ description: 'How long a document is locked, days.' }),
  })
  .optional()
  .meta({ description: 'Lock the documents. It cannot be turned off again. Default: not locked.' });

const census = z
  .strictObject({
    ...keysOf(CENSUS),
    censusName: form(NAME, "letters, digits, '.', '-' and '_'")
      .optional()
      .meta({ description: 'Name of the census. Default: stackName and -census.' }),
    targets: list(target, 'Further monitors, of other files. Default: none.'),
    externalId: form(/^[\w+=,.@:/-]{2,1224}$/, "2 to 1224 letters, digits and characters of '_+=,.@:/-'")
      .optional()
      .meta({ description: 'External id with which the roles are assumed. Default: cdk-haproxy-elb-census.' }),
    objectLock,
  } satisfies Shape<
    Omit<DriftCensusProps, 'targets'>,
    'alarmActions' | 'bucket' | 'encryptionKey' | 'logRetention' | 'objectLock' | 'organizationId' | 'removalPolicy',
    'targets' | 'objectLock'
  >)
  .optional()
  .meta({
    description: 'Once a day, ask the monitor of each environment what it compared, and store it. Default: no census.',
  });

/** The place for the incidents of all environments, and their census. */
export const hubSchema = z
  .strictObject({
    account: account().meta({ description: 'Account, 12 digits in quotes.' }),
    region: region().meta({ description: 'Region.' }),
    elsewhere: flag('Another file or app makes the hub: the environments only join it. Default: false.'),
    hubName: form(NAME, "letters, digits, '.', '-' and '_'")
      .optional()
      .meta({ description: 'Name of the hub. Default: stackName and -hub.' }),
    accounts: list(account(), 'Further accounts whose monitors forward incidents to it. Default: none.'),
    organizationId: form(/^o-[a-z0-9]{10,32}$/, "'o-' and 10 to 32 lower-case letters and digits")
      .optional()
      .meta({ description: 'The organization whose accounts forward incidents to it. Default: none.' }),
    minSeverity: z
      .enum(['info', 'warning', 'critical'])
      .optional()
      .meta({ description: 'The lowest severity in the queue for on-call. Default: warning.' }),
    ...keysOf(HUB),
    alarmTopicArns: alarmTopicArns('when events were not delivered, or a census failed'),
    logRetentionDays,
    census,
  } satisfies Shape<
    DriftHubProps,
    'alarmActions' | 'encryptionKey' | 'logRetention' | 'minSeverity' | 'removalPolicy',
    'account' | 'region' | 'elsewhere' | 'minSeverity' | 'alarmTopicArns' | 'logRetentionDays' | 'census'
  >)
  .refine(({ elsewhere, hubName }) => !elsewhere || hubName !== undefined, {
    error: 'needs hubName, because the hub is elsewhere: give the name that it has there',
  })
  .refine(({ elsewhere, census: one }) => !elsewhere || one === undefined || one.censusName !== undefined, {
    error: 'needs census.censusName, because the hub is elsewhere: give the name that the census has there',
  })
  .optional()
  .meta({
    description:
      'One place for the incidents of all environments, in a stack of its own: each environment needs account and region. Default: none.',
  });
