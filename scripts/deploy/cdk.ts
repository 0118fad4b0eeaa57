import { join } from 'node:path';
import { command } from '../command';
import { REGION } from './emulator';

/**
 * Runs the CDK's own command line.
 *
 * @param script the app, in TypeScript
 * @param context what the app is given
 * @param output the folder of its assembly
 */
export async function cdk(
  args: readonly string[],
  script: string,
  context: Readonly<Record<string, string>>,
  output: string,
): Promise<void> {
  const values = Object.entries(context).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
  const app = ['--app', `npx tsx ${script}`, ...values, '--output', output];
  await command([join('node_modules', '.bin', 'cdk'), ...args, ...app, '--no-version-reporting'], {
    // The URL of the template that CloudFormation gets.
    env: { AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `https://s3.${REGION}.amazonaws.com` },
  });
}
