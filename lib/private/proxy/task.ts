import { Duration } from 'aws-cdk-lib';
import {
  Capability,
  type ContainerDefinition,
  type ContainerImage,
  LinuxParameters,
  LogDrivers,
  Secret,
  type TaskDefinition,
  UlimitName,
} from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { allowDecryption } from '../monitor/decryption';
import type { SecretFile } from './secret-files';

/** User and group `haproxy` of the official images from 2.4. As a number it also works in older images. */
const HAPROXY_UID = '99:99';

/**
 * The configuration comes from the environment and reaches HAProxy through a pipe: no file is written, so the root file
 * system can stay read-only. Where `/bin/sh` is a bash before 5.1 (Red Hat's and Amazon's older images), it is a file
 * that is already deleted, in memory. HAProxy replaces the shell and gets ECS's stop signal itself.
 */
export function startScript(files: readonly SecretFile[]): string {
  const write = files.flatMap(({ path, parts }) => {
    const variables = Object.keys(parts);
    const values = variables.map((variable) => `"$${variable}"`).join(' ');
    return [`printf '%s\\n' ${values} >${path}`, `unset ${variables.join(' ')}`];
  });
  const guard = files.length > 0 ? ['umask 077'] : [];
  const start = ['TMPDIR=/dev/shm', 'exec haproxy -db -f /dev/fd/3 3<<END', '$HAPROXY_CONFIG', 'END'];
  return [...guard, ...write, ...start].join('\n');
}

/**
 * The container's health check: `GET /live`. The official images have no curl. Those based on Debian have bash, which can
 * open a connection itself; those based on Alpine have wget.
 */
function healthCommand(port: number): string[] {
  const bash = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET /live HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 2 _ status _ <&3 && test "$status" = 200`;
  return [
    'CMD-SHELL',
    `if command -v bash >/dev/null; then bash -c '${bash.replaceAll("'", "'\\''")}'; else wget -q -T 2 -O /dev/null http://127.0.0.1:${port}/live; fi`,
  ];
}

/** Options of the container. */
interface TaskOptions {
  readonly image: ContainerImage;
  readonly configuration: string;
  readonly files: readonly SecretFile[];
  readonly ports: readonly number[];
  readonly healthPort: number;
  readonly stopTimeout: Duration;
  readonly openFiles: number;
  readonly enableExecuteCommand: boolean;
  readonly logGroup: ILogGroup;
}

/** Adds the container that runs HAProxy: not as root, without capabilities, on a read-only file system. */
export function addContainer(
  scope: Construct,
  taskDefinition: TaskDefinition,
  options: TaskOptions,
): ContainerDefinition {
  const { files, enableExecuteCommand } = options;
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
    command: [startScript(files)],
    environment: { HAPROXY_CONFIG: options.configuration },
    secrets: files.length > 0 ? Object.fromEntries(secrets) : undefined,
    portMappings: options.ports.map((containerPort) => ({ containerPort })),
    healthCheck: {
      command: healthCommand(options.healthPort),
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      retries: 3,
      startPeriod: Duration.seconds(10),
    },
    readonlyRootFilesystem: !enableExecuteCommand,
    user: HAPROXY_UID,
    linuxParameters,
    stopTimeout: options.stopTimeout,
    logging: LogDrivers.awsLogs({ streamPrefix: 'haproxy', logGroup: options.logGroup }),
  });
  if (files.length > 0) {
    allowDecryption(scope, taskDefinition.obtainExecutionRole(), files);
  }
  container.addUlimits({ name: UlimitName.NOFILE, softLimit: options.openFiles, hardLimit: options.openFiles });
  return container;
}
