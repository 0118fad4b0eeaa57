import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { TestbedError } from '../../testbed/testbed-error';

/** One at a time: its network has fixed addresses. */
const PROJECT = 'cdk-haproxy-elb-demo';
/** Beside this module, also in the published package. */
const FILE = path.join(__dirname, 'compose.yaml');
/** Longer than it takes on a busy machine, and short enough to see that something hangs. */
const SECONDS = 120;

const HELP = 'start Docker, with its plugin Compose, or leave --backend out';
const DOWN_TRIES = 5;
/** Asks for the ids of all that there are of a demo. */
const CONTAINERS = ['ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${PROJECT}`];

/** What `docker inspect` tells of a container, as far as it is needed. */
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
   * @throws TestbedError when there is no Docker that runs, or the containers of another demo are there
   */
  public static async open(): Promise<Compose> {
    const found = await docker(CONTAINERS).catch(({ message }: TestbedError) => {
      throw new TestbedError(`${message}: ${HELP}`);
    });
    await docker(['compose', 'version']).catch(() => {
      throw new TestbedError(`--backend docker: no 'docker compose' that can be run: ${HELP}`);
    });
    if (found !== '') {
      throw new TestbedError(
        `--backend docker: the containers of another demo are there: wait for its end, or remove them with 'docker compose --project-name ${PROJECT} down'`,
      );
    }
    const folder = mkdtempSync(path.join(tmpdir(), `${PROJECT}-`));
    // Some images run as a user of their own.
    await chmod(folder, 0o755);
    return new Compose(folder);
  }

  readonly #atExit = () => {
    // What the engine was just told to create may come after the first time.
    for (let left = DOWN_TRIES, there = true; left > 0 && there; left -= 1) {
      spawnSync('docker', this.#arguments('down', '--timeout', '0'), { stdio: 'ignore', timeout: SECONDS * 1000 });
      there = spawnSync('docker', CONTAINERS, { timeout: SECONDS * 1000 }).stdout?.length > 0;
    }
    rmSync(this.folder, { recursive: true, force: true });
  };

  private constructor(private readonly folder: string) {
    process.once('exit', this.#atExit);
  }

  /** Writes a file that containers find in `/lab`. They never see half of one. */
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

/** The names of images by service, with what the environment says. */
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
