import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HaproxyConfig } from '../lib/haproxy/render/config';
import { HaproxyVersion } from '../lib/haproxy/version/version';
import { lint } from '../lint';
import { usableBinaries } from '../testbed/binaries/usable';
import type { Comparison } from './handler';
import { sideBySide } from './measure';

const RUNS = 7;
const SIZES = [1000, 10_000, 100_000];

/** A configuration of about so many lines, with typical backends. */
function configuration(lines: number): string {
  const head = HaproxyConfig.render(HaproxyVersion.V3_2, { upstream: { dnsName: 'elb.lab.test', port: 80 } });
  const backends = Array.from({ length: Math.ceil((lines - head.split('\n').length) / 10) }, (_, i) =>
    [
      `backend b${i}`,
      '    balance leastconn',
      '    option httpchk',
      '    http-check send meth GET uri /health hdr Host "elb.lab.test"',
      '    http-request set-header X-Backend %[be_name] if { path_beg /api }',
      '    timeout server 30s',
      '    default-server inter 2s fall 2 rise 2 resolvers dns resolve-prefer ipv4 init-addr none',
      '    server-template elb 4 elb.lab.test:80 check',
      '    # \'a comment\' with "quotes"',
      '',
    ].join('\n'),
  );
  return `${head}${backends.join('\n')}\n`;
}

const timed = (work: () => unknown) => async () => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

/** The time of the linter and of the renderer, compared with `haproxy -c` on the same file, and how it grows. */
export async function measureLint(): Promise<{ figures: Comparison[]; exponent: number }> {
  const version = HaproxyVersion.V3_2;
  const texts = SIZES.map(configuration);
  const times = await sideBySide(
    RUNS,
    texts.map((text) => timed(() => lint(text, version))),
  );
  const exponent = Math.log(times.at(-1)! / times[0]!) / Math.log(SIZES.at(-1)! / SIZES[0]!);

  const { binaries } = await usableBinaries();
  const haproxy = binaries.find(({ branch }) => branch === version.branch) ?? binaries.at(-1);
  if (haproxy === undefined) {
    return { figures: [], exponent };
  }
  const folder = mkdtempSync(join(tmpdir(), 'cdk-haproxy-elb-lint-'));
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, texts[1]!);
  const [command, ...args] = haproxy.command;
  const check = () => spawnSync(command!, [...args, '-c', '-f', file]);
  const model = { upstream: { dnsName: 'elb.lab.test', port: 80 } };
  try {
    const [ours, other, render] = await sideBySide(RUNS, [
      timed(() => lint(texts[1]!, version)),
      timed(check),
      timed(() => HaproxyConfig.render(version, model)),
    ]);
    const name = `HAProxy ${haproxy.version} -c`;
    return {
      figures: [
        { name: `lint of 10,000 lines, compared with ${name}`, ours: ours!, other: other!, unit: 'ms' },
        { name: `render, compared with ${name} of 10,000 lines`, ours: render!, other: other!, unit: 'ms' },
      ],
      exponent,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
