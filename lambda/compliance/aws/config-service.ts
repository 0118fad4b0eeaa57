import {
  ConfigServiceClient,
  ListDiscoveredResourcesCommand,
  PutEvaluationsCommand,
  paginateGetComplianceDetailsByConfigRule,
} from '@aws-sdk/client-config-service';
import { REQUIRED } from '../../controller/aws/client-options';
import { chunksOf } from '../../controller/aws/in-batches';
import type { EvaluatedResource, Evaluation } from '../evaluations';

/** The most evaluations of a call, and the most results of a page. */
const MAX = 100;

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

const config = new ConfigServiceClient(REQUIRED);

/** The resources that have a result of a rule. */
export async function evaluatedBefore(ConfigRuleName: string): Promise<EvaluatedResource[]> {
  const found: EvaluatedResource[] = [];
  const pages = paginateGetComplianceDetailsByConfigRule(
    { client: config },
    { ConfigRuleName, ComplianceTypes: ['COMPLIANT', 'NON_COMPLIANT'], Limit: MAX },
  );
  for await (const { EvaluationResults = [] } of pages) {
    for (const { EvaluationResultIdentifier } of EvaluationResults) {
      const { ResourceType, ResourceId } = EvaluationResultIdentifier?.EvaluationResultQualifier ?? {};
      if (ResourceType !== undefined && ResourceId !== undefined) {
        found.push({ type: ResourceType, id: ResourceId });
      }
    }
  }
  return found;
}

/** What Config calls an Auto Scaling group: its id has a part that its name does not have. */
export async function groupOf(name: string): Promise<EvaluatedResource> {
  const { resourceIdentifiers = [] } = await config.send(
    new ListDiscoveredResourcesCommand({ resourceType: GROUP, resourceName: name }),
  );
  // A group that the recorder of the account does not record.
  return { type: GROUP, id: resourceIdentifiers[0]?.resourceId ?? name };
}

/**
 * Gives Config the results of an evaluation.
 *
 * @param at when Config started it
 * @throws when Config did not take all of them
 */
export async function putEvaluations(evaluations: readonly Evaluation[], token: string, at: Date): Promise<void> {
  const refused: string[] = [];
  for (const batch of chunksOf(evaluations, MAX)) {
    const { FailedEvaluations = [] } = await config.send(
      new PutEvaluationsCommand({
        ResultToken: token,
        Evaluations: batch.map(({ resource, compliance, annotation }) => ({
          ComplianceResourceType: resource.type,
          ComplianceResourceId: resource.id,
          ComplianceType: compliance,
          Annotation: annotation,
          OrderingTimestamp: at,
        })),
      }),
    );
    refused.push(...FailedEvaluations.map(({ ComplianceResourceId = '' }) => ComplianceResourceId));
  }
  if (refused.length > 0) {
    throw new Error(`AWS Config did not take ${refused.length} of ${evaluations.length} evaluations: ${refused[0]}`);
  }
}
