/**
 * Synthesizes apps in one process, in which the CDK loads its validation once. Each exports its `app`. Arguments: an
 * output folder and the file of an app, and so on for each of them.
 */
import { resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';

/** @param apps the output folder and the file of each app */
export function synthesize(apps: readonly (readonly [output: string, file: string])[]): void {
  // Each app listens for the end of a process that has CDK_OUTDIR.
  process.setMaxListeners(0);
  for (const [output, file] of apps) {
    process.env.CDK_OUTDIR = output;
    const { app } = require(resolve(file)) as { app: App };
    app.synth();
  }
}

if (require.main === module) {
  const [...args] = process.argv.slice(2);
  synthesize(args.flatMap((output, i) => (i % 2 === 0 ? [[output, args[i + 1]!] as const] : [])));
}
