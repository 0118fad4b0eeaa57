import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { type AcquireOptions, type Acquisition, acquireBinaries, type HaproxyBinary } from '.';

/**
 * The binaries that can follow a load balancer at all. Those that this project refuses (1.5, 2.7.0) are among the
 * unavailable, with the reason.
 *
 * @param acquire where they come from; this machine and its packages when left out
 */
export async function usableBinaries(
  options: AcquireOptions = {},
  acquire: (options: AcquireOptions) => Promise<Acquisition> = acquireBinaries,
): Promise<Acquisition> {
  const { binaries, unavailable } = await acquire({
    ...options,
    onBinary: (binary) => refusal(binary.version) === undefined && options.onBinary?.(binary),
  });
  const refused = binaries.flatMap(({ version, source }) => {
    const reason = refusal(version);
    return reason === undefined ? [] : [{ what: `HAProxy ${version} from ${source}`, reason }];
  });
  return {
    binaries: binaries.filter(({ version }) => refusal(version) === undefined),
    unavailable: [...unavailable, ...refused],
  };
}

function refusal(version: string): string | undefined {
  try {
    HaproxyVersion.of(version);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * A binary of one branch, else the newest that is available.
 *
 * @throws an error of one line when none is available
 */
export async function anyUsable(branch: string): Promise<HaproxyBinary> {
  const { binaries } = await usableBinaries();
  const found = binaries.find((binary) => binary.branch === branch) ?? binaries.at(-1);
  if (found === undefined) {
    throw new Error('no HAProxy is available: name one in HAPROXY_BINARIES');
  }
  return found;
}
