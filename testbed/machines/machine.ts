import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from '../binaries/run';
import { ServerProcess } from '../server-process';

/** Makes the other end of a connection the port of another host, as Docker's proxy does. */
const FORWARD = `const [port, host, to] = process.argv.slice(1);
require('net').createServer((near) => {
  const far = require('net').connect(to, host);
  near.pipe(far).pipe(near);
  for (const socket of [near, far]) socket.on('error', () => { near.destroy(); far.destroy(); });
}).listen(port, '0.0.0.0');`;

/** The network that a machine is connected to. */
interface MachineOptions {
  /** The program `ip`, before its own arguments. */
  readonly ip: readonly string[];
  /** Its own IPv4 address. */
  readonly address: string;
  /** The address of the other end of its cable, which leads everywhere. */
  readonly gateway: string;
  /** The machine at the other end. @default - the network of this process */
  readonly host?: Machine;
}

/** A network namespace with an address of its own: an EC2 instance, or a container on one. */
export class Machine {
  static #count = 0;

  /** @throws an error of one line when this machine does not allow it */
  public static async start(options: MachineOptions): Promise<Machine> {
    const { ip, address, gateway, host } = options;
    const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    holder.stdin.write('started');
    await once(holder.stdout, 'data');
    const machine = new Machine(holder, options);
    Machine.#count += 1;
    const cable = `cable${Machine.#count}`;
    const outside = async (...args: string[]) => runAll(host?.inside([...ip, ...args]) ?? [...ip, ...args]);
    const inside = async (...args: string[]) => runAll(machine.inside([...ip, ...args]));
    await outside('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${holder.pid}`);
    await outside('address', 'replace', `${gateway}/32`, 'dev', 'lo');
    await outside('link', 'set', cable, 'up');
    await outside('route', 'add', `${address}/32`, 'dev', cable, 'src', gateway);
    await inside('link', 'set', 'lo', 'up');
    await inside('address', 'add', `${address}/32`, 'dev', 'eth0');
    await inside('link', 'set', 'eth0', 'up');
    await inside('route', 'add', `${gateway}/32`, 'dev', 'eth0');
    await inside('route', 'add', 'default', 'via', gateway, 'dev', 'eth0', 'onlink');
    if (host !== undefined) {
      // The way back from everywhere to a container leads through its instance.
      await runAll(host.inside(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']));
      await runAll([...ip, 'route', 'add', `${address}/32`, 'via', host.address]);
    }
    return machine;
  }

  readonly #processes: ServerProcess[] = [];

  private constructor(
    private readonly holder: ChildProcess,
    private readonly options: MachineOptions,
  ) {}

  /** Its own IPv4 address. */
  public get address(): string {
    return this.options.address;
  }

  /** A command that runs another one on it. */
  public inside(command: readonly string[]): string[] {
    return ['nsenter', `--net=/proc/${this.holder.pid}/ns/net`, '--', ...command];
  }

  /** A container on it, whose ports its own ports lead to (network mode `bridge`). */
  public async container(
    address: string,
    ports: readonly (readonly [container: number, host: number])[],
  ): Promise<Machine> {
    const gateway = address.replace(/\d+$/, '254');
    const container = await Machine.start({ ip: this.options.ip, address, gateway, host: this });
    for (const [inner, outer] of ports) {
      this.#processes.push(
        new ServerProcess(this.inside([process.execPath, '-e', FORWARD, `${outer}`, address, `${inner}`])),
      );
    }
    return container;
  }

  /** Ends it with its cable. Processes on it end with this process, or before. */
  public async stop(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.stop()));
    this.holder.kill('SIGKILL');
    await once(this.holder, 'exit');
  }
}

async function runAll([command, ...args]: readonly string[]): Promise<void> {
  await run(command!, args);
}
