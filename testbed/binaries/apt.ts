import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from './run';

/** Where Debian's packages come from on this machine. */
interface Mirror {
  /** As apt's sources have it. */
  readonly uri: string;
  /** A file of keys, or undefined for those that apt trusts anyway. */
  readonly keyring: string | undefined;
}

/** The mirrors of Debian that this machine's apt is set up with. */
interface Mirrors {
  readonly archive: Mirror;
  readonly security: Mirror;
}

/** One line of a private sources.list. */
export interface AptSource {
  readonly mirror: Mirror;
  /** `bookworm`, `bookworm-security`. */
  readonly suite: string;
}

const SECURITY_SUITE = /(-security|\/updates)$/;

/** How a mirror's path ends. Other vendors' paths for Debian end otherwise or have no component `main`. */
const DEBIAN_MIRROR = /\bdebian(-security)?(\/?$|\.list$)/;

/** Debian's package debian-archive-keyring has one of them. */
const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

/** Dependencies of haproxy's package that the bare binary does without. */
const CLAIMED = ['adduser', 'debconf', 'dpkg', 'init-system-helpers', 'lsb-base', 'perl', 'perl-base', 'systemd'];

/** All suites have one priority: otherwise a package of experimental could not get its libraries from there. */
const PREFERENCES = 'Package: *\nPin: release o=Debian\nPin-Priority: 500\n';

/**
 * Asks apt for its mirrors of Debian. If its sources name only the archive or only the security updates, the other one
 * is assumed to be beside it, as on most mirrors.
 *
 * @throws an error of one line when there is no apt, or it has no mirror of Debian
 */
export async function debianMirrors(): Promise<Mirrors> {
  const format = '$(CREATED_BY) $(COMPONENT) $(RELEASE) $(REPO_URI) $(SIGNED_BY)';
  const targets = await run('apt-get', ['indextargets', '--no-release-info', '--format', format]);
  const found = targets.split('\n').flatMap((target) => {
    const [kind, component, suite = '', uri = '', signedBy = ''] = target.split(' ');
    const isDebian = kind === 'Packages' && component === 'main' && DEBIAN_MIRROR.test(uri);
    return isDebian ? [{ suite, uri, keyring: keyringOf(signedBy) }] : [];
  });
  const archive = found.find(({ suite }) => !SECURITY_SUITE.test(suite));
  const security = found.find(({ suite }) => SECURITY_SUITE.test(suite));
  const any = archive ?? security;
  if (!any) {
    throw new Error(`apt's sources on this machine name no mirror of Debian`);
  }
  const beside = (name: string) => ({ ...any, uri: any.uri.replace(DEBIAN_MIRROR, `${name}$2`) });
  return { archive: archive ?? beside('debian'), security: security ?? beside('debian-security') };
}

/** Older versions of apt do not print it, and newer ones may print keys instead of a file. */
function keyringOf(signedBy: string): string | undefined {
  return [signedBy, ...KEYRINGS].find((file) => path.isAbsolute(file) && existsSync(file));
}

/**
 * Sets apt up with its own state in `work`. Proxies and credentials stay those of the machine; settings that would
 * change the system are cleared.
 *
 * @returns the first arguments of any `apt-get` that is to work there
 */
export async function privateApt(
  work: string,
  architecture: string,
  sources: readonly AptSource[],
  checkValidUntil: boolean,
): Promise<string[]> {
  const at = (name: string) => path.join(work, name);
  await Promise.all(['lists/partial', 'archives/partial'].map((name) => mkdir(at(name), { recursive: true })));
  const lines = sources.map(({ mirror, suite }) => {
    const signedBy = mirror.keyring ? ` signed-by=${mirror.keyring}` : '';
    return `deb [arch=${architecture} target=Packages${signedBy}] ${mirror.uri} ${suite} main\n`;
  });
  const status = CLAIMED.map((name) =>
    [`Package: ${name}`, 'Status: install ok installed', 'Architecture: all', 'Version: 99999', '\n'].join('\n'),
  );
  await writeFile(at('sources.list'), lines.join(''));
  await writeFile(at('status'), status.join(''));
  await writeFile(at('preferences'), PREFERENCES);
  await writeFile(
    at('apt.conf'),
    `#clear APT::Update;
#clear APT::Default-Release;
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Debug::NoLocking "true";
Dir::State "${work}";
Dir::State::lists "${at('lists')}";
Dir::State::status "${at('status')}";
Dir::State::extended_states "${at('extended_states')}";
Dir::Cache "${work}";
Dir::Cache::archives "${at('archives')}";
Dir::Etc::sourcelist "${at('sources.list')}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "${at('preferences')}";
Dir::Etc::preferencesparts "/dev/null";
${checkValidUntil ? '' : 'Acquire::Check-Valid-Until "false";'}
`,
  );
  return ['-c', at('apt.conf'), '-qq', '-y'];
}
