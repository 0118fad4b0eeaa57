import { Duration } from 'aws-cdk-lib';
import {
  Capability,
  type ContainerDefinition,
  type ContainerImage,
  LinuxParameters,
  type LogDriver,
  Secret,
  type TaskDefinition,
  UlimitName,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { ZONE_SCRIPT, ZONE_SCRIPT_VARIABLE, ZONES_VARIABLE } from '../../haproxy/render/zone-script';
import { allowDecryption } from '../monitor/decryption';
import { joinedLines } from './reviewable';
import type { SecretFile } from './secret-files';
import { healthCommand, startScript } from './start-script';
import type { StopTimes } from './stop-times';

/** User and group `haproxy` of the official images from 2.4. As a number it also works in older images. */
const HAPROXY_UID = '99:99';

/** Name of the port mapping for traffic: VPC Lattice finds the port by it. */
export const PORT_NAME = 'traffic';

/** Options of the container. */
interface TaskOptions {
  readonly image: ContainerImage;
  readonly configuration: string;
  readonly files: readonly SecretFile[];
  /** The first one is for traffic. */
  readonly ports: readonly number[];
  readonly healthPort: number;
  /** Whether a container is healthy only after it was ready once. */
  readonly requireReady: boolean;
  readonly stopTimes: StopTimes;
  /** Whether HAProxy has `hard-stop-after`. */
  readonly endsItself: boolean;
  /** The networks of each zone, if an upstream prefers its own one. */
  readonly zones?: string;
  readonly openFiles: number;
  readonly enableExecuteCommand: boolean;
  readonly logDriver: LogDriver;
}

/** Adds the container that runs HAProxy: not as root, without capabilities, on a read-only file system. */
export function addContainer(
  scope: Construct,
  taskDefinition: TaskDefinition,
  options: TaskOptions,
): ContainerDefinition {
  const { files, enableExecuteCommand, zones } = options;
  const linuxParameters = new LinuxParameters(scope, 'LinuxParameters', {
    // The agent of ECS Exec leaves zombie processes, which an init process collects.
    initProcessEnabled: enableExecuteCommand ? true : undefined,
  });
  linuxParameters.dropCapabilities(Capability.ALL);
  const secrets = files.flatMap(({ secret, parts }) =>
    Object.entries(parts).map(([variable, key]) => [variable, Secret.fromSecretsManager(secret, key)]),
  );
  const container = taskDefinition.addContainer('haproxy', {
    image: options.image,
    entryPoint: ['/bin/sh', '-c'],
    command: [startScript(options)],
    environment: {
      HAPROXY_CONFIG: joinedLines(options.configuration),
      ...(zones === undefined ? {} : { [ZONES_VARIABLE]: zones, [ZONE_SCRIPT_VARIABLE]: joinedLines(ZONE_SCRIPT) }),
    },
    secrets: files.length > 0 ? Object.fromEntries(secrets) : undefined,
    portMappings: options.ports.map((containerPort, i) => ({ containerPort, name: i === 0 ? PORT_NAME : undefined })),
    healthCheck: {
      command: healthCommand(options.healthPort, options.requireReady),
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      retries: 3,
      // Failures in it do not count: time to resolve the name and to check an address, also on a slow start.
      startPeriod: Duration.seconds(30),
    },
    readonlyRootFilesystem: !enableExecuteCommand,
    user: HAPROXY_UID,
    linuxParameters,
    stopTimeout: Duration.millis(options.stopTimes.stopTimeoutMillis),
    logging: options.logDriver,
  });
  if (files.length > 0) {
    allowDecryption(scope, taskDefinition.obtainExecutionRole(), files);
  }
  container.addUlimits({ name: UlimitName.NOFILE, softLimit: options.openFiles, hardLimit: options.openFiles });
  return container;
}
