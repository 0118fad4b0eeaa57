import type { Command } from 'commander';

/** `app`: the CDK app of a spec file, for the `app` of a cdk.json. */
export function addApp(program: Command): void {
  program
    .command('app')
    .summary('run the CDK app of a spec file, for the CDK command line')
    .description(
      'Makes a CloudFormation stack for each environment of haproxy-elb.yaml. Use it with the CDK command line: write {"app": "npx cdk-haproxy-elb app"} into cdk.json. Needs aws-cdk-lib, which npm installs with this package.',
    )
    .addHelpText('after', '\nExample:\n  $ npx cdk deploy --app "npx cdk-haproxy-elb app" -c spec=haproxy-elb.yaml')
    .action(async () => {
      // Loaded here alone: no other command needs the CDK.
      await import('../../app.js');
    });
}
