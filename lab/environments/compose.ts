import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { TestbedError } from '../../testbed/testbed-error';

/** Only one demo at a time: its network has fixed addresses. */
const PROJECT = 'cdk-haproxy-elb-demo';
/** Beside this module, also in the published package. */
const FILE = path.join(__dirname, 'compose.yaml');
/** Longer than any command takes on a busy machine. */
const SECONDS = 120;

const HELP = 'start Docker, with its plugin Compose, or leave --backend out';
const DOWN_TRIES = 5;
/** Lists the ids of all containers of a demo. */
const CONTAINERS = ['ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${PROJECT}`];

/** What is read from `docker inspect`. */
interface Inspected {
  readonly Id: string;
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

/** A container that runs. */
export interface Container {
  readonly id: string;
  readonly address: string;
  /** The port of 127.0.0.1 that leads to one of its own, such as `53/udp`. */
  readonly portOf: (own: string) => number;
}

/** The containers of `compose.yaml`, and the folder that they read. */
export class Compose {
  /**
   * @throws TestbedError when Docker does not run, or containers of another demo exist
   */
  public static async open(): Promise<Compose> {
    const found = await docker(CONTAINERS).catch(({ message }: TestbedError) => {
      throw new TestbedError(`${message}: ${HELP}`);
    });
    await docker(['compose', 'version']).catch(() => {
      throw new TestbedError(`--backend docker: 'docker compose' cannot run: ${HELP}`);
    });
    if (found !== '') {
      throw new TestbedError(
        `--backend docker: containers of another demo exist: wait until it ends, or remove them with 'docker compose --project-name ${PROJECT} down'`,
      );
    }
    const folder = mkdtempSync(path.join(tmpdir(), `${PROJECT}-`));
    // Some images run as another user.
    await chmod(folder, 0o755);
    return new Compose(folder);
  }

  readonly #atExit = () => {
    // A container that is just being created may appear after the first try.
    for (let left = DOWN_TRIES, there = true; left > 0 && there; left -= 1) {
      spawnSync('docker', this.#arguments('down', '--timeout', '0'), { stdio: 'ignore', timeout: SECONDS * 1000 });
      there = spawnSync('docker', CONTAINERS, { timeout: SECONDS * 1000 }).stdout?.length > 0;
    }
    rmSync(this.folder, { recursive: true, force: true });
  };

  private constructor(private readonly folder: string) {
    process.once('exit', this.#atExit);
  }

  /** Writes a file that containers find in `/lab`. They never read a partial file. */
  public write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }

  /** Starts the containers of services, each alone. */
  public async up(...services: readonly string[]): Promise<void> {
    await docker(this.#arguments('up', '--detach', '--no-deps', '--pull', 'never', ...services));
  }

  /** The container of a service. */
  public async container(service: string): Promise<Container> {
    const [{ Id, NetworkSettings }] = JSON.parse(await docker(['inspect', `${PROJECT}-${service}-1`])) as [Inspected];
    const { Ports, Networks } = NetworkSettings;
    return {
      id: Id,
      address: Object.values(Networks)[0]!.IPAddress,
      portOf: (own) => Number(Ports[own]?.[0]?.HostPort),
    };
  }

  /** Ends and removes every container, the network and the folder. */
  public async close(): Promise<void> {
    await docker(this.#arguments('down', '--timeout', '0'));
    rmSync(this.folder, { recursive: true, force: true });
    process.off('exit', this.#atExit);
  }

  #arguments(...args: readonly string[]): string[] {
    return ['compose', '--project-name', PROJECT, '--project-directory', this.folder, '--file', FILE, ...args];
  }
}

/** The names of the images by service; variables of the environment can replace them. */
export async function imagesByService(): Promise<ReadonlyMap<string, string>> {
  const { services } = JSON.parse(await docker(['compose', '--file', FILE, 'config', '--format', 'json'])) as {
    readonly services: Readonly<Record<string, { readonly image: string }>>;
  };
  return new Map(Object.entries(services).map(([service, { image }]) => [service, image]));
}

/**
 * Runs Docker's command line to its end and gives what it printed.
 *
 * @throws TestbedError of one line
 */
export async function docker(args: readonly string[], seconds = SECONDS): Promise<string> {
  try {
    return (await run('docker', args, seconds)).trim();
  } catch (error) {
    throw new TestbedError(`--backend docker: ${(error as Error).message}`);
  }
}
