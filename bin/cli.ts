/** The command line: `cdk-haproxy-elb render | lint | check | demo | app | completion`. */
import { Command, CommanderError } from 'commander';
import { InputError } from '../lib/haproxy/errors';
import { version } from '../package.json';
import { TestbedError } from '../testbed/testbed-error';
import { addApp } from './commands/app';
import { addCheck } from './commands/check';
import { asksForNagios, nagiosInvalid } from './commands/check/formats';
import { addCompletion } from './commands/completion';
import { addDemo } from './commands/demo';
import { addLint } from './commands/lint';
import { addRender } from './commands/render';
import { visible } from './commands/visible';

/** Exit code for bad usage, and for a command that could not be carried out. */
const BAD_USAGE = 2;

const program = new Command('cdk-haproxy-elb')
  .description(
    'HAProxy in front of an AWS load balancer: prints and checks configurations that follow its addresses, and finds drift.',
  )
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .configureOutput({ writeErr: (text) => process.stderr.write(visible(text)) })
  // `render --version 1.4` is about HAProxy: only `--version` before a command is that of the package.
  .enablePositionalOptions()
  .exitOverride();

for (const add of [addRender, addLint, addCheck, addDemo, addApp, addCompletion]) {
  add(program);
}
for (const command of program.commands) {
  command.copyInheritedSettings(program);
}

// A closed pipe, as with `head`, is not an error. A full disk is reported in one line.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    console.error(`the output cannot be written (${error.code}): free space, or write it to another place`);
    process.exitCode = BAD_USAGE;
  }
  process.exit();
});

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    const known = error instanceof InputError || error instanceof TestbedError || error instanceof CommanderError;
    process.exitCode = reported(known ? error : failureOf(error));
  }
}

/** A fault of this program, in one line. `NODE_DEBUG=cdk-haproxy-elb` shows where it is. */
function failureOf(error: unknown): TestbedError {
  if (process.env.NODE_DEBUG?.includes('cdk-haproxy-elb')) {
    console.error(error);
  }
  const [first] = String(error instanceof Error ? error.message : error).split('\n');
  return new TestbedError(`cdk-haproxy-elb failed: ${first}; please report it with the command and its input`);
}

/** Prints the error of an invalid call and returns the exit code. Commander has already printed its own errors. */
function reported(error: InputError | TestbedError | CommanderError): number {
  const printed = error instanceof CommanderError;
  if (printed && error.exitCode === 0) {
    // Help and version are not errors.
    return 0;
  }
  if (asksForNagios(process.argv)) {
    const { line, code } = nagiosInvalid(visible(error.message));
    process.stdout.write(`${line}\n`);
    return code;
  }
  if (!printed) {
    console.error(visible(error.message));
  }
  return BAD_USAGE;
}

void main();
