import type { AcquireOptions, Acquisition } from '../../testbed/binaries';
import { usableBinaries } from '../../testbed/binaries/usable';
import { DockerEnvironment } from './docker';
import { imageBinaries } from './docker-images';
import type { StartEnvironment } from './environment';
import { startLocalEnvironment } from './local';

/** What a demo runs in. */
export interface Backend {
  /** Finds its HAProxys, without the releases that this project refuses. */
  readonly binaries: (options: Pick<AcquireOptions, 'branches' | 'onProgress' | 'onBinary'>) => Promise<Acquisition>;
  readonly start: StartEnvironment;
}

/** By the value of `--backend`, the default one first. */
export const BACKENDS = {
  processes: { binaries: (options) => usableBinaries(options), start: startLocalEnvironment },
  docker: { binaries: (options) => usableBinaries(options, imageBinaries), start: DockerEnvironment.start },
} as const satisfies Record<string, Backend>;

/** A value of `--backend`. */
export type BackendName = keyof typeof BACKENDS;
