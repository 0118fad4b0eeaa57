import type { NameAnswer } from '../../lib/contract/probe';
import type {
  CloudMapSource,
  GroupSource,
  NameSource,
  ServiceSource,
  TagSource,
} from '../../lib/contract/registry-record';
import { readGroups } from './aws/auto-scaling';
import { readCloudMap } from './aws/cloud-map';
import { chunksOf } from './aws/in-batches';
import { readTagged } from './aws/instances';
import type { Listed } from './aws/listed';
import { invokeProbe } from './aws/probe-client';
import { readServices } from './aws/tasks';
import type { TimeLimit } from './aws/time-limit';
import type { ListedTask, TaskListing } from './domain/raw-observation';
import { reasonOf } from './domain/reason';
import { identityOf, type ListedSource } from './domain/task-source';
import { readAnswer } from './probe-answer';

/** A source with the probe that is in its VPC. */
export interface SourceInVpc {
  readonly source: ListedSource;
  readonly probe: string;
}

/** How many names one call of a probe looks up, and how long it may take: a name takes 4 s at most. */
const MAX_NAMES = 50;
const NAMES_MILLIS = 5000;

/**
 * The running tasks of sources of any kind, those that come first before the others.
 *
 * @param known an earlier listing of a source
 * @returns the tasks of a source; never rejects
 */
export async function readListings(
  all: readonly SourceInVpc[],
  time: TimeLimit,
  known: (source: ListedSource) => TaskListing | undefined = () => undefined,
): Promise<(source: ListedSource) => Listed> {
  const sources = all.map(({ source }) => source);
  const services = sources.filter((source): source is ServiceSource => 'service' in source);
  const groups = sources.filter((source): source is GroupSource => 'autoScalingGroup' in source);
  const tags = sources.filter((source): source is TagSource => 'instanceTags' in source);
  const registered = sources.filter((source): source is CloudMapSource => 'cloudMapService' in source);
  const [ofService, ...others] = await Promise.all([
    readServices(services, time, known),
    readGroups(groups, time),
    readTagged(tags, time),
    readCloudMap(registered, time),
    readNames(all, time),
  ]);
  const listed = new Map(others.flatMap((some) => [...some] as [ListedSource, Listed][]));
  return (source) => ('service' in source ? ofService(source) : listed.get(source)!);
}

/** The addresses that names have in the VPCs of their probes. Of a name with addresses of both families the IPv4 ones. */
async function readNames(all: readonly SourceInVpc[], time: TimeLimit): Promise<Map<NameSource, Listed>> {
  const byProbe = new Map<string, NameSource[]>();
  for (const { source, probe } of all) {
    if ('name' in source) {
      byProbe.set(probe, [...(byProbe.get(probe) ?? []), source]);
    }
  }
  const calls = [...byProbe].flatMap(([probe, named]) =>
    chunksOf(named, MAX_NAMES).map((chunk) => [probe, chunk] as const),
  );
  const found = new Map<NameSource, Listed>();
  await Promise.all(
    calls.map(async ([probe, named]) => {
      const request = { millis: NAMES_MILLIS, names: named.map(({ name }) => ({ name })), processes: [] };
      try {
        const { names } = readAnswer(await time.within(() => invokeProbe(probe, request)), request);
        for (const [i, source] of named.entries()) {
          found.set(source, listedOf(source, names[i]!));
        }
      } catch (error) {
        for (const source of named) {
          found.set(source, { failed: reasonOf(error) });
        }
      }
    }),
  );
  return found;
}

function listedOf(source: NameSource, { addresses, unanswered, degraded }: NameAnswer): Listed {
  if (addresses.length === 0 && unanswered.length > 0) {
    return { failed: degraded[0] ?? `DNS does not answer for ${source.name}` };
  }
  const ipv4 = addresses.filter((address) => !address.includes(':'));
  const hosts = ipv4.length > 0 ? ipv4 : addresses.map((address) => `[${address}]`);
  const tasks = hosts.map((host): ListedTask => ({ id: host, host }));
  return { listing: { at: Date.now(), service: identityOf(source), tasks } };
}
