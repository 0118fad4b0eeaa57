import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a client measured. Times are ms. */
export interface Load {
  readonly requests: number;
  /** Requests without an answer, or with one that is an error. */
  readonly lost: number;
  readonly p99: number;
  readonly worst: number;
  readonly perSecond: number;
}

interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  /** How long it lasts, or at most. @default 60 */
  readonly seconds?: number;
  /** After so many answers it ends. @default - it ends after `seconds` */
  readonly requests?: number;
  /** Pause between an answer and the next request of a connection, ms. @default 0 - as fast as it goes */
  readonly pauseMillis?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that has no answer after this time is lost. */
const TIMEOUT_SECONDS = 5;

/** Prints the figures of `wrk` as JSON. A status of 400 or more counts as lost. */
const SCRIPT = (pauseMillis: number, requests: number | undefined) => `
${requests === undefined ? '' : stopAfter(requests)}
${pauseMillis > 0 ? `function delay() return ${pauseMillis} end` : ''}
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"lost":%d,"p99":%.3f,"worst":%.3f,"perSecond":%.1f}\\n', summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99) / 1000, latency.max / 1000,
    summary.requests / summary.duration * 1e6))
end
`;

/** `wrk` itself can only be given a time. It runs in one thread, so that this ends all of it. */
const stopAfter = (requests: number) => `
local answered, lost = 0, 0
function response(status)
  answered = answered + 1
  if status >= 400 then lost = lost + 1 end
  if answered < ${requests} then return end
  io.write(string.format('{"requests":%d,"lost":%d,"p99":0,"worst":0,"perSecond":0}\\n', answered, lost))
  io.flush()
  os.exit(0)
end
`;

/** Loads a server for a while. Each load runs in one thread. */
export async function load(wrk: readonly string[], options: LoadOptions): Promise<Load> {
  const { url, connections, seconds = 60, requests, pauseMillis = 0, headers = {} } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-haproxy-elb-wrk-'));
  try {
    const script = path.join(folder, 'load.lua');
    writeFileSync(script, SCRIPT(pauseMillis, requests));
    const [command, ...args] = wrk;
    const fixed = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', `${TIMEOUT_SECONDS}s`, '-s', script];
    const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const child = spawn(command!, [...args, ...fixed, ...given, url], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    await once(child, 'close');
    const line = /^\{.*\}$/m.exec(output);
    if (line === null) {
      throw new Error(`wrk did not load ${url}: ${output.trim().split('\n').at(-1)}`);
    }
    return JSON.parse(line[0]) as Load;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
