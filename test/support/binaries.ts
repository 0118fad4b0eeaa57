import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ZONE_SCRIPT } from '../../lib/haproxy/render/zone-script';
import type { Acquisition, HaproxyBinary } from '../../testbed/binaries';
import { isReadable } from '../../testbed/proxy-under-test';

/** Where the global set-up of the tests leaves the acquisition, as JSON: `test.each` needs it without waiting. */
export const ACQUISITION = 'TEST_HAPROXY_ACQUISITION';

let acquired: Acquisition | undefined;

/** The binaries that this machine can get, and why it cannot get the rest. */
export function acquisition(): Acquisition {
  acquired ??= JSON.parse(process.env[ACQUISITION]!) as Acquisition;
  return acquired;
}

/** One real HAProxy for each branch that is available and not refused, the oldest first. */
export function availableBinaries(): HaproxyBinary[] {
  return acquisition().binaries;
}

/** A real HAProxy of one branch, else the newest that is available. */
export function anyBinary(branch?: string): HaproxyBinary {
  const binaries = availableBinaries();
  const found = binaries.find((binary) => binary.branch === branch) ?? binaries.at(-1);
  if (found === undefined) {
    const reasons = acquisition().unavailable.map(({ what, reason }) => `${what}: ${reason}`);
    throw new Error(`no HAProxy is available: ${reasons.join('; ')}`);
  }
  return found;
}

/** The result of `haproxy -c` for a configuration: its exit code, and all of its output. */
export function haproxyCheck({ command }: HaproxyBinary, config: string): { status: number | null; output: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'haproxy-check-'));
  try {
    const file = path.join(folder, 'haproxy.cfg');
    writeFileSync(file, config);
    const [haproxy, ...args] = command;
    const script = path.join(folder, 'zone.lua');
    writeFileSync(script, ZONE_SCRIPT);
    // The start script gives the script as a pipe.
    const fd = openSync(script, 'r');
    const { status, stdout, stderr } = spawnSync(haproxy!, [...args, '-c', '-f', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe', 'ignore', fd],
    });
    closeSync(fd);
    return { status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether a binary was built with TLS. */
export function hasTls({ command }: HaproxyBinary): boolean {
  const [haproxy, ...args] = command;
  return /^Built with (OpenSSL|SSL library) version/m.test(
    execFileSync(haproxy!, [...args, '-vv'], { encoding: 'utf8' }),
  );
}

/** Whether it is of a release whose runtime API cannot be read. */
export const isDeaf = (binary: HaproxyBinary): boolean => !isReadable(binary);
