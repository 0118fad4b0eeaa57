import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';

/** What the rules of the language say, a line each. */
const said = (version: string, ...lines: string[]) =>
  lint(`${lines.join('\n')}\n`, HaproxyVersion._read(version))
    .filter(({ rule }) => /^(too-new|removed-directive|deprecated-directive|unknown-directive|bad-value)$/.test(rule))
    .map(({ severity, line, rule, message, help }) => `${severity} ${line} ${rule}: ${message}; ${help}`);

describe('a word that a branch got with a later release', () => {
  const LINES = ['global', '    tune.h2.log-errors none'];

  test('is taken from that release on, and refused before it', () => {
    expect(said('3.2.14', ...LINES)).toEqual([]);
    expect(said('3.2.26', ...LINES)).toEqual([]);
    expect(said('3.2.13', ...LINES)).toEqual([
      "error 2 too-new: 'tune.h2.log-errors' exists from HAProxy 3.2.14 on, and this is for 3.2.13; remove 'tune.h2.log-errors', or run HAProxy 3.2.14 or later",
    ]);
  });

  test('is a warning where only the branch is known', () => {
    expect(said('3.2', ...LINES)).toEqual([
      "warning 2 too-new: HAProxy 3.2 has 'tune.h2.log-errors' from release 3.2.14 on; run 3.2.14 or later, or remove 'tune.h2.log-errors'",
    ]);
  });

  test('is a warning on a later branch whose release is not known, and an error on an older branch', () => {
    expect(said('3.3.2', ...LINES)).toEqual([
      "warning 2 too-new: only late releases of HAProxy 3.3 have 'tune.h2.log-errors', which every release has from 3.4 on; ask the release with 'haproxy -c', or run HAProxy 3.4 or later",
    ]);
    expect(said('3.1', ...LINES)).toEqual([
      "error 2 too-new: 'tune.h2.log-errors' exists from HAProxy 3.4 on, and this is for 3.1; remove 'tune.h2.log-errors', or run HAProxy 3.4 or later",
    ]);
  });

  test('is a warning up to the first release that is known to have it', () => {
    const lines = ['global', '    tune.h2.fe.max-total-streams 100'];
    expect(said('2.8.0', ...lines)).toHaveLength(1);
    expect(said('2.8.0', ...lines)[0]).toMatch(/^error 2 too-new/);
    expect(said('2.8.10', ...lines)[0]).toMatch(/^warning 2 too-new: only late releases of HAProxy 2.8 have/);
    expect(said('2.8.25', ...lines)).toEqual([]);
  });

  test.each([
    ['2.2.7', '2.2.6', 'http-request set-header x %[path,url_enc]'],
    ['2.2.3', '2.2.2', 'http-request set-header x %[pathq]'],
    ['2.2.3', '2.2.2', 'http-request set-pathq %[path]'],
    ['2.6.5', '2.6.4', 'http-request set-header x %[req.hdr(host),host_only]'],
    ['3.0.8', '3.0.7', 'http-request set-header x %[path,when(toapplet)]'],
    ['3.2.8', '3.2.7', 'http-request set-header x %[str(b/s),srv_is_up]'],
    ['3.4.4', '3.4.3', 'be-unpublished'],
  ])('%s has it and %s has not: %s', (having, lacking, line) => {
    const lines = ['backend b', '    mode http', `    ${line}`];
    expect(said(having, ...lines)).toEqual([]);
    expect(said(lacking, ...lines).map((text) => text.slice(0, 7))).toEqual(['error 3']);
  });

  test('a name with a spelling mistake is gone in the release that corrects it', () => {
    const lines = ['backend b', '    mode http', '    http-response set-header x %[bc_setting_streams_limit]'];
    expect(said('3.2.9', ...lines)).toEqual([]);
    expect(said('3.2.10', ...lines)).toHaveLength(1);
  });
});

describe('3.5', () => {
  test.each([
    ['global', 'master-worker', 'the flag -W or -Ws'],
    ['listen l', 'dispatch 10.0.0.1:80', "a 'server' with that address"],
    ['listen l', 'transparent', "a 'server' with the address 0.0.0.0"],
    ['listen l', 'option transparent', "a 'server' with the address 0.0.0.0"],
    ['global', 'tune.quic.retry-threshold 10', "'tune.quic.fe.sec.retry-threshold'"],
    ['global', 'tune.quic.frontend.max-idle-timeout 10s', "'tune.quic.fe.max-idle-timeout'"],
  ])('%s: %s is refused, and its end is in the warnings of 3.3 and 3.4', (section, line, instead) => {
    const word = line.replace(/ (10|\d).*$/, '');
    expect(said('3.5', section, `    ${line}`)).toEqual([
      `error 2 removed-directive: '${word}' is refused from HAProxy 3.5 on, and this is for 3.5; remove '${word}', or write ${instead}`,
    ]);
    for (const branch of ['3.3', '3.4']) {
      expect(said(branch, section, `    ${line}`)).toEqual([
        `warning 2 deprecated-directive: HAProxy 3.3 and later warn about '${word}', and 3.5 refuses it; remove '${word}', or write ${instead}`,
      ]);
    }
  });

  test.each([
    ['backend b', 'server s 10.0.0.1:80 from none check'],
    ['backend b', 'default-server name d check'],
    ['cache c', 'early-hints on ratio 50'],
    ['backend b', 'http-request set-header x %[be_max_retries]'],
  ])('%s: %s is new', (section, line) => {
    const lines = [section, ...(section === 'backend b' ? ['    mode http'] : []), `    ${line}`];
    expect(said('3.5', ...lines)).toEqual([]);
    expect(said('3.4', ...lines).map((text) => text.slice(0, 5))).toEqual(['error']);
  });

  test('settings of a default-server with a name, or after `from none`, are not inherited', () => {
    const unresolved = (...lines: string[]) =>
      lint(
        `${['resolvers r', '    nameserver a 10.0.0.2:53', 'backend b', ...lines].join('\n')}\n`,
        HaproxyVersion.V3_5,
      )
        .filter(({ rule }) => rule === 'unresolved-name')
        .map(({ line }) => line);
    expect(unresolved(' default-server resolvers r', ' server s a.test:80')).toEqual([]);
    expect(unresolved(' default-server name d resolvers r', ' server s a.test:80')).toEqual([5]);
    expect(unresolved(' default-server resolvers r', ' server s a.test:80 from none')).toEqual([5]);
    expect(unresolved(' default-server name d resolvers r', ' server s a.test:80 from srv:d')).toEqual([]);
  });
});

test('a branch that is newer than all that are known is judged as the newest one', () => {
  const found = lint('listen l\n    dispatch 10.0.0.1:80\n', HaproxyVersion.of('3.7'));
  expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['unknown-branch', 'removed-directive']));
});
