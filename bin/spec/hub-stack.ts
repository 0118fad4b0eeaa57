import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DriftCensus, DriftHub } from '../../lib';
import { HUB_STACK, type HubSpec } from './spec';
import type { ProxiesStack } from './stack';
import { hubPropsOf } from './to-props';

/** The hub of a spec: a stack with the place for the incidents of all environments, and their census. */
export class HubStack extends Stack {
  public constructor(scope: Construct, stackName: string, spec: HubSpec, environments: readonly ProxiesStack[]) {
    const { account, region } = spec;
    super(scope, `${stackName}-${HUB_STACK}`, { env: { account, region } });
    const { hub, census } = hubPropsOf(this, spec);
    // The account of the hub itself needs no permission.
    const others = new Set([...environments.map((one) => one.account), ...(hub.accounts ?? [])]);
    others.delete(account);
    new DriftHub(this, 'Hub', { ...hub, accounts: others.size === 0 ? undefined : [...others] });
    if (census !== undefined) {
      const targets = environments.map(({ monitor, account: where, region: there }) => ({
        monitorName: monitor.monitorName,
        accounts: [where],
        regions: [there],
      }));
      new DriftCensus(this, 'Census', { ...census, targets: [...targets, ...(census.targets ?? [])] });
    }
    for (const environment of environments) {
      environment.addDependency(this);
    }
  }
}
