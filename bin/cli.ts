/** The command line: `cdk-haproxy-elb render | lint | check | demo | app | completion`. */
import { Command, CommanderError } from 'commander';
import { LabError } from '../lab/lab-error';
import { InputError } from '../lib/haproxy/errors';
import { version } from '../package.json';
import { addApp } from './commands/app';
import { addCheck } from './commands/check';
import { asksForNagios, nagiosInvalid } from './commands/check/formats';
import { addCompletion } from './commands/completion';
import { addDemo } from './commands/demo';
import { addLint } from './commands/lint';
import { addRender } from './commands/render';

/** What cannot be used, and what could not be done. */
const BAD_USAGE = 2;

const program = new Command('cdk-haproxy-elb')
  .description('HAProxy in front of an AWS load balancer: configurations that follow it, and a check that they do.')
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .exitOverride();

for (const add of [addRender, addLint, addCheck, addDemo, addApp, addCompletion]) {
  add(program);
}
for (const command of program.commands) {
  command.copyInheritedSettings(program);
}

// Who pipes the output into `head` has read enough. On a full disk nothing more can be said than that.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    console.error(`the output cannot be written (${error.code}): make room, or write it elsewhere`);
    process.exitCode = BAD_USAGE;
  }
  process.exit();
});

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof InputError || error instanceof LabError || error instanceof CommanderError)) {
      throw error;
    }
    process.exitCode = reported(error);
  }
}

/** Says why a call could not be used and gives the exit code. Commander has printed its own. */
function reported(error: InputError | LabError | CommanderError): number {
  const printed = error instanceof CommanderError;
  if (printed && error.exitCode === 0) {
    // Help and version are no errors.
    return 0;
  }
  if (asksForNagios(process.argv)) {
    const { line, code } = nagiosInvalid(error.message);
    process.stdout.write(`${line}\n`);
    return code;
  }
  if (!printed) {
    console.error(error.message);
  }
  return BAD_USAGE;
}

void main();
