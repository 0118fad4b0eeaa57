/**
 * The software bill of materials of the package, as CycloneDX: the content of the bundles, and the CDK that npm
 * installs with it.
 */
import { license, name, peerDependencies, version } from '../package.json';
import type { BundledPackage } from './notices';

/** The file: beside the bundles, and so in the package. */
export const SBOM_FILE = 'assets/sbom.cdx.json';

/** The package URL of a version. Source: the purl specification, type npm. */
const purl = (of: string, exact: string) => `pkg:npm/${of.replace(/^@/, '%40')}@${exact}`;

/**
 * `npm sbom` lists all installed packages, with hundreds of build tools, not those in the bundles. Peer
 * dependencies have no version here: the user's project decides.
 */
export function sbomOf(packages: readonly BundledPackage[]): string {
  const self = purl(name, version);
  const bundled = packages.map((one) => ({
    type: 'library',
    'bom-ref': purl(one.name, one.version),
    name: one.name,
    version: one.version,
    licenses: [{ expression: one.license }],
    purl: purl(one.name, one.version),
    properties: one.bundles.map((bundle) => ({ name: 'cdk-haproxy-elb:bundle', value: bundle })),
  }));
  const peers = Object.entries(peerDependencies).map(([peer, range]) => ({
    type: 'library',
    'bom-ref': `pkg:npm/${peer}`,
    name: peer,
    purl: `pkg:npm/${peer}`,
    properties: [{ name: 'cdk-haproxy-elb:peer', value: range }],
  }));
  const components = [...bundled, ...peers];
  // No serial number and no time: the same sources give the same file.
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'library',
        'bom-ref': self,
        name,
        version,
        licenses: [{ license: { id: license } }],
        purl: self,
      },
    },
    components,
    dependencies: [{ ref: self, dependsOn: components.map((one) => one['bom-ref']) }],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}
