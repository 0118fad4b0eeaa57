import type { ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { AvailabilityZoneRebalancing } from 'aws-cdk-lib/aws-ecs';
import {
  type BaseServiceOptions,
  type CapacityProviderStrategy,
  Compatibility,
  type CpuArchitecture,
  Ec2Service,
  FargateService,
  NetworkMode,
  OperatingSystemFamily,
  TaskDefinition,
  type TaskDefinitionProps,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { InputError } from '../haproxy/errors';
import { checkArguments } from '../private/check-arguments';
import { refuseTokens } from '../private/checks';
import { CAPACITY, MAX_STOP_SECONDS } from '../private/options';
import { fargateSizeOf } from '../private/proxy/fargate-size';

/** Size of tasks on AWS Fargate. */
export interface FargateCapacityOptions {
  /**
   * CPU units of a task, of which 1024 are one virtual CPU: 256, 512, 1024, 2048, 4096, 8192 or 16384.
   *
   * @default 256, the smallest size of Fargate
   */
  readonly cpu?: number;

  /**
   * Memory of a task, MiB. The valid range depends on `cpu`.
   *
   * @default - the smallest value for `cpu`: 512 MiB for 256 units
   */
  readonly memoryMiB?: number;

  /**
   * Processors of the tasks. On `CpuArchitecture.ARM64` (AWS Graviton) a task costs about 20 % less. The official images
   * have it, of 1.6 from 1.6.13 on and of 1.7 from 1.7.9 on; an `image` of your own must have it.
   *
   * @default CpuArchitecture.X86_64, the default of ECS
   */
  readonly cpuArchitecture?: CpuArchitecture;

  /**
   * Run all tasks but one on Fargate Spot, which AWS stops with two minutes' notice. The cluster must have the capacity
   * providers `FARGATE` and `FARGATE_SPOT`; a cluster that the proxy creates has them.
   *
   * @default false
   */
  readonly spot?: boolean;
}

/** Size of tasks on instances of the cluster, and the capacity providers that run them. */
export interface Ec2CapacityOptions {
  /** The capacity providers of the cluster that the tasks run on. */
  readonly capacityProviderStrategies: CapacityProviderStrategy[];

  /**
   * CPU units of a task, of which 1024 are one virtual CPU.
   *
   * @default 256
   */
  readonly cpu?: number;

  /**
   * Memory of a task, MiB, 128 or more.
   *
   * @default 512
   */
  readonly memoryMiB?: number;
}

/**
 * Options of the service, for any capacity.
 *
 * @internal
 */
interface ServiceOptions extends BaseServiceOptions {
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
  readonly availabilityZoneRebalancing: AvailabilityZoneRebalancing;
}

/**
 * The roles of the tasks.
 *
 * @internal
 */
type TaskRoles = Pick<TaskDefinitionProps, 'taskRole' | 'executionRole'>;

/** What the tasks run on, and their size. */
export abstract class ProxyCapacity {
  /** Tasks on AWS Fargate. */
  public static fargate(options: FargateCapacityOptions = {}): ProxyCapacity {
    checkArguments('ProxyCapacity.fargate', options);
    return new FargateCapacity(options);
  }

  /**
   * Tasks on instances of the cluster. Each task has its own network interface, so the instance type limits the
   * number of tasks.
   */
  public static ec2(options: Ec2CapacityOptions): ProxyCapacity {
    checkArguments('ProxyCapacity.ec2', options);
    return new Ec2Capacity(options);
  }

  /** CPU units of a task. */
  public abstract readonly cpu: number;
  /** Memory of a task, MiB. */
  public abstract readonly memoryMiB: number;
  /**
   * Longest time that ECS waits between the stop signal and the forced end, seconds.
   *
   * @internal
   */
  public abstract readonly _maxStopSeconds: number;
  /**
   * Processors of the tasks.
   *
   * @default - those of the instances
   * @internal
   */
  public readonly _cpuArchitecture?: CpuArchitecture;
  /** @internal */
  public abstract readonly _compatibility: Compatibility;
  /** @internal */
  public abstract _service(
    scope: Construct,
    options: ServiceOptions,
    taskDefinition: TaskDefinition,
  ): FargateService | Ec2Service;

  /** @internal */
  public _taskDefinition(scope: Construct, { taskRole, executionRole }: TaskRoles): TaskDefinition {
    return new TaskDefinition(scope, 'TaskDefinition', {
      taskRole,
      executionRole,
      ...(this._cpuArchitecture && {
        runtimePlatform: {
          cpuArchitecture: this._cpuArchitecture,
          operatingSystemFamily: OperatingSystemFamily.LINUX,
        },
      }),
      compatibility: this._compatibility,
      networkMode: NetworkMode.AWS_VPC,
      cpu: String(this.cpu),
      memoryMiB: String(this.memoryMiB),
    });
  }
}

class FargateCapacity extends ProxyCapacity {
  public readonly cpu: number;
  public readonly memoryMiB: number;
  public readonly _maxStopSeconds = MAX_STOP_SECONDS.fargate;
  public readonly _compatibility = Compatibility.FARGATE;
  public override readonly _cpuArchitecture?: CpuArchitecture;

  public constructor(private readonly options: FargateCapacityOptions) {
    super();
    refuseTokens('cpu', options.cpu);
    refuseTokens('memoryMiB', options.memoryMiB);
    ({ cpu: this.cpu, memoryMiB: this.memoryMiB } = fargateSizeOf(options));
    this._cpuArchitecture = options.cpuArchitecture;
  }

  public _service(scope: Construct, options: ServiceOptions, taskDefinition: TaskDefinition): FargateService {
    const capacityProviderStrategies = [
      { capacityProvider: 'FARGATE', base: 1, weight: 0 },
      { capacityProvider: 'FARGATE_SPOT', weight: 1 },
    ];
    return new FargateService(scope, 'Service', {
      ...options,
      taskDefinition,
      assignPublicIp: false,
      ...(this.options.spot ? { capacityProviderStrategies } : {}),
    });
  }
}

class Ec2Capacity extends ProxyCapacity {
  public readonly cpu: number;
  public readonly memoryMiB: number;
  public readonly _maxStopSeconds = MAX_STOP_SECONDS.ec2;
  public readonly _compatibility = Compatibility.EC2;

  public constructor(private readonly options: Ec2CapacityOptions) {
    super();
    refuseTokens('cpu', options.cpu);
    refuseTokens('memoryMiB', options.memoryMiB);
    this.cpu = options.cpu ?? CAPACITY.cpu.default;
    this.memoryMiB = options.memoryMiB ?? CAPACITY.memoryMiB.default;
    if (this.memoryMiB < CAPACITY.memoryMiB.min) {
      throw new InputError(
        `memoryMiB '${this.memoryMiB}' is not enough for HAProxy: give ${CAPACITY.memoryMiB.min} or more`,
      );
    }
    if (options.capacityProviderStrategies.length === 0) {
      throw new InputError('capacityProviderStrategies is empty: give at least one, or use ProxyCapacity.fargate()');
    }
  }

  public _service(scope: Construct, options: ServiceOptions, taskDefinition: TaskDefinition): Ec2Service {
    const { capacityProviderStrategies } = this.options;
    return new Ec2Service(scope, 'Service', { ...options, taskDefinition, capacityProviderStrategies });
  }
}
