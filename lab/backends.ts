import type { AcquireOptions, Acquisition } from '../testbed/binaries';
import { usableBinaries } from '../testbed/binaries/usable';
import { DockerGround } from './docker-ground';
import { imageBinaries } from './docker-images';
import type { Build } from './ground';
import { LocalGround } from './local-ground';

/** What a demo is played with. */
export interface Backend {
  /** Its HAProxys, without those that this project refuses. */
  readonly binaries: (options: Pick<AcquireOptions, 'branches' | 'onProgress' | 'onBinary'>) => Promise<Acquisition>;
  readonly build: Build;
}

/** By the value of `--backend`, the default one first. */
export const BACKENDS = {
  processes: { binaries: (options) => usableBinaries(options), build: LocalGround.build },
  docker: { binaries: (options) => usableBinaries(options, imageBinaries), build: DockerGround.build },
} as const satisfies Record<string, Backend>;

/** One of them. */
export type BackendName = keyof typeof BACKENDS;
