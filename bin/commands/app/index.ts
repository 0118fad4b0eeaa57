import type { Command } from 'commander';

/** `app`: the CDK app of a spec file, for the `app` of a cdk.json. */
export function addApp(program: Command): void {
  program
    .command('app')
    .summary('the CDK app of a spec file, for the CDK command line')
    .description(
      'Makes a CloudFormation stack of each environment of haproxy-elb.yaml. For the CDK command line: cdk.json is {"app": "npx cdk-haproxy-elb app"}. Needs aws-cdk-lib, which npm installs with this package.',
    )
    .addHelpText('after', '\nExample:\n  $ npx cdk deploy --app "npx cdk-haproxy-elb app" -c spec=haproxy-elb.yaml')
    .action(async () => {
      // Loaded here alone: no other command needs the CDK.
      await import('../../app.js');
    });
}
