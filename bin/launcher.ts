/** The command of the package: says in one line that Node is too old, before a file that such a Node cannot read. */
const OLDEST = 20;

const [major = ''] = process.versions.node.split('.');
if (Number(major) < OLDEST) {
  console.error(
    `cdk-haproxy-elb needs Node ${OLDEST} or later, and this is Node ${process.versions.node}: install a newer one`,
  );
  process.exitCode = 2;
} else {
  void import('./cli.js');
}
