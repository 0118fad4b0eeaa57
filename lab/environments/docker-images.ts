import { BRANCHES, CHECKED_ON } from '../../lib/haproxy/version/branches';
import type { AcquireOptions, Acquisition, HaproxyBinary, Unavailable } from '../../testbed/binaries';
import { inspect } from '../../testbed/binaries/version';
import { docker, imagesByService } from './compose';

/** Not maintained any more, and still in use. */
const OLD_BRANCHES = ['1.6', '1.7', '1.8'];

/** The end of life is a day or a month. A month lasts to its end: `~` sorts behind every digit. */
const isMaintained = ({ endOfLife }: { readonly endOfLife: string }) => `${endOfLife}~` > CHECKED_ON;

const DEFAULT_BRANCHES = [
  ...OLD_BRANCHES,
  ...BRANCHES.filter((branch) => isMaintained(branch) && !branch.unreleased).map(({ branch }) => branch),
];

/** Minutes, on a slow line. */
const FETCH_SECONDS = 900;

/** Fetches an image unless this machine has it. */
export async function fetchImage(image: string): Promise<void> {
  await docker(['image', 'inspect', image]).catch(() => docker(['pull', '--quiet', image], FETCH_SECONDS));
}

/**
 * The HAProxys of the images that compose.yaml names.
 *
 * @param branches which; 1.6, 1.7, 1.8 and those that are maintained when left out
 */
export async function imageBinaries({
  branches = DEFAULT_BRANCHES,
  onProgress = () => {},
  onBinary = () => {},
}: Pick<AcquireOptions, 'branches' | 'onProgress' | 'onBinary'>): Promise<Acquisition> {
  const images = await imagesByService();
  const binaries: HaproxyBinary[] = [];
  const unavailable: Unavailable[] = [];
  for (const branch of branches) {
    const image = images.get(`haproxy-${branch}-pinned`) ?? `haproxy:${branch}`;
    try {
      onProgress(`image ${image}`);
      await fetchImage(image);
      // Without the image's entrypoint: that of 1.6 and 1.7 does not answer `-v`.
      const command = ['docker', 'run', '--rm', '--network', 'none', '--entrypoint', 'haproxy', image];
      const binary = await inspect(command, `image ${image}`);
      if (binary.branch !== branch) {
        throw new Error(`it holds HAProxy ${binary.version}`);
      }
      binaries.push(binary);
      onBinary(binary);
    } catch (error) {
      unavailable.push({ what: `image ${image}`, reason: (error as Error).message });
    }
  }
  return { binaries, unavailable };
}
