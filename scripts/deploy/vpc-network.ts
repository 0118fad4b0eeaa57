import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../testbed/binaries/run';
import { VPC_RESOLVER } from './name-server';

/** Gives the network namespace addresses of its own, and the VPC's name server to every process in it. */
export async function enterVpc(folder: string, addresses: readonly string[]): Promise<void> {
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  for (const address of [VPC_RESOLVER, ...addresses]) {
    await run('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
  }
  const resolvers = path.join(folder, 'resolv.conf');
  writeFileSync(resolvers, `nameserver ${VPC_RESOLVER}\n`);
  await run('mount', ['--bind', resolvers, '/etc/resolv.conf']);
}

/** From here on nothing finds the AWS accounts of this machine. */
export function forgetAccounts(): void {
  for (const name of Object.keys(process.env).filter((key) => key.startsWith('AWS_'))) {
    delete process.env[name];
  }
}
