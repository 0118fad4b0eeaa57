import { HaproxyVersion } from '../lib/haproxy/version';
import { type AcquireOptions, type Acquisition, acquireBinaries } from './binaries';

/**
 * The binaries that can follow a load balancer at all. Those that this project refuses (1.5, 2.7.0) are among the
 * unavailable, with the reason.
 */
export async function usableBinaries(options: AcquireOptions = {}): Promise<Acquisition> {
  const { binaries, unavailable } = await acquireBinaries({
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
