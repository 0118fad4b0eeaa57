import { InputError } from '../../haproxy/errors';
import { CAPACITY } from '../options';

/** CPU and memory of a task. */
interface TaskSize {
  /** CPU units, of which 1024 are one virtual CPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** Range of memory for each number of CPU units, MiB (source: ECS guide, "Task CPU and memory"). */
const SIZES: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};

/** The size of a Fargate task: the given one, or the smallest. */
export function fargateSizeOf({ cpu = CAPACITY.cpu.default, memoryMiB }: Partial<TaskSize>): TaskSize {
  const size = SIZES[cpu];
  if (size === undefined) {
    throw new InputError(`cpu '${cpu}' is not a Fargate size: give one of ${Object.keys(SIZES).join(', ')}`);
  }
  const [least, most, step] = size;
  const memory = memoryMiB ?? least;
  const all = Array.from({ length: (most - least) / step + 1 }, (_, i) => least + i * step);
  // The smallest size does not offer 1.5 GiB.
  const allowed = all.filter((mib) => !(cpu === 256 && mib === 1536));
  if (!allowed.includes(memory)) {
    const known = allowed.length <= 4 ? allowed.join(', ') : `${least} to ${most} in steps of ${step}`;
    throw new InputError(`memoryMiB '${memory}' is not valid for cpu ${cpu}: give ${known}`);
  }
  return { cpu, memoryMiB: memory };
}
