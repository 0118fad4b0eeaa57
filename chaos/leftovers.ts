import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { PREFIX } from './namespaces';

/** What this program could leave behind: processes, network namespaces and links, files. */
export function leftovers(): string[] {
  return [...children(), ...networks(), ...files()];
}

/** Processes that this one has started and that still run. */
function children(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = statOf(pid);
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
      // esbuild serves the loader of TypeScript, and ends with it.
      return Number(parent) === process.pid && state !== 'Z' && name !== 'esbuild' ? [`process ${pid} (${name})`] : [];
    });
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function networks(): string[] {
  const list = (...args: string[]) => {
    try {
      return execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' }).split('\n');
    } catch {
      return [];
    }
  };
  return [...list('netns', 'list'), ...list('-o', 'link')].filter((line) => line.includes(PREFIX));
}

/** Only those of this program: others of the project may run. */
const before = new Set(entries());

function files(): string[] {
  return entries().filter((name) => !before.has(name));
}

function entries(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('cdk-haproxy-elb-chaos'));
}
