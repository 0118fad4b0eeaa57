import { applyPatch } from 'diff';
import fc from 'fast-check';
import { renderDiff } from '../../bin/commands/render/diff';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { CAPABILITIES } from '../../lib/haproxy/version/capabilities';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { models, versions } from '../haproxy/arbitraries';
import { MINIMAL } from '../haproxy/models';

/** Rendered, but for the two lines that name the branch; undefined where the branch cannot do it. */
function rendered(version: HaproxyVersion, model: HaproxyConfigModel): string | undefined {
  try {
    return HaproxyConfig.render(version, model).replace(/(or HAProxy) [\d.]+/g, '$1');
  } catch {
    return undefined;
  }
}

const hunksOf = (diff: string) => diff.split(/^(?=@@ )/m).slice(1);

test.each([
  ['1.9', '2.0', 'retryOn'],
  ['2.0', '1.9', 'retryOn'],
] as const)('%s..%s: the change, its place and its reason', (from, to, reason) => {
  const { since, without, why, with: now } = CAPABILITIES[reason];
  const [last] = hunksOf(renderDiff(HaproxyVersion.of(from), HaproxyVersion.of(to), MINIMAL)).slice(-1);
  expect(last).toContain(`# since ${since}: ${now}\n#   before: ${without}\n#   why: ${why}\n`);
  expect(last).toMatch(/^@@ -\d+,\d+ \+\d+,\d+ @@ backend upstream\n/);
});

test('a reason is given in full once', () => {
  const diff = renderDiff(HaproxyVersion.V1_7, HaproxyVersion.V3_2, MINIMAL);
  const { since, why, with: now } = CAPABILITIES.logStdout;
  expect(diff.split(`# since ${since}: ${now}\n`)).toHaveLength(4);
  expect(diff.split(`#   why: ${why}\n`)).toHaveLength(2);
});

test('every difference between two branches has a reason', () => {
  const changed = renderDiff(HaproxyVersion.V1_6, HaproxyVersion.V3_2, MINIMAL);
  expect(changed).toMatch(/^--- HAProxy 1\.6\n\+\+\+ HAProxy 3\.2\n@@ -5,3 \+5,3 @@ global\n/);
  expect(renderDiff(HaproxyVersion.V3_2, HaproxyVersion.V3_4, MINIMAL)).toBe(
    'nothing changes: the configuration for 3.2 is also right for 3.4\n',
  );
  fc.assert(
    fc.property(versions, versions, models, (from, to, model) => {
      const [before, after] = [rendered(from, model), rendered(to, model)];
      if (before === undefined || after === undefined) {
        expect(() => renderDiff(from, to, model)).toThrow(/^.+$/);
        return;
      }
      const diff = renderDiff(from, to, model);
      for (const hunk of hunksOf(diff)) {
        expect(hunk).toMatch(/^# since \d\.\d: /m);
      }
      const lines = diff.split('\n').filter((line) => !/^(#|nothing changes)/.test(line));
      const patch = lines.join('\n');
      expect(patch === '' ? before : applyPatch(before, patch)).toBe(after);
    }),
    { numRuns: 300 },
  );
});
