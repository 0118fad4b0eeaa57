import { Argument, type Command, type Option } from 'commander';
import { SCENARIOS } from '../../../lab/scenarios';
import { VERDICTS } from '../../../lib/contract/verdicts';
import { BRANCHES } from '../../../lib/haproxy/version/branches';

/** A word that can be completed. */
interface Choice {
  readonly word: string;
  readonly about: string;
}

/** The words that may follow the name of a command. */
interface Entry extends Choice {
  readonly options: readonly (Choice & {
    readonly short?: string;
    readonly takes: boolean;
    readonly values: string[];
  })[];
  /** Values of its first argument, where they are known. */
  readonly values: readonly string[];
}

const SHELLS = { bash, zsh, fish };

/** `completion`: prints the script with which a shell completes commands, options and values. */
export function addCompletion(program: Command): void {
  const name = program.name();
  program
    .command('completion')
    .summary('print the completion script for a shell')
    .description(
      'Prints a completion script: when the shell has read it, Tab completes commands, options and their values.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(${name} completion bash)
  $ ${name} completion zsh > "\${fpath[1]}/_${name}"
  $ ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    )
    .action((shell: keyof typeof SHELLS) => {
      process.stdout.write(`${SHELLS[shell](name, entriesOf(program), optionsOf(program)).join('\n')}\n`);
    });
}

/** The commands with their help texts. */
function entriesOf(program: Command): Entry[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({
      word: command.name(),
      about: command.summary() || command.description(),
      options: optionsOf(command),
      values: command.name() === 'help' ? program.commands.map((one) => one.name()) : valuesOfArgument(command),
    }));
}

function valuesOfArgument({ registeredArguments: [first] }: Command): string[] {
  return first?.argChoices ?? [];
}

function optionsOf(command: Command): Entry['options'] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      word: option.long!,
      short: option.short,
      about: option.description,
      takes: option.required,
      values: valuesOf(option),
    }));
}

/** The values of a placeholder. */
const KNOWN: Readonly<Partial<Record<string, string[]>>> = {
  version: BRANCHES.map(({ branch }) => branch),
  verdict: Object.keys(VERDICTS),
  scenario: SCENARIOS.map(({ name }) => name),
};

/** Values that the help names, as in `<text|json>`. */
function valuesOf({ flags }: Option): string[] {
  const [, placeholder = ''] = /<([a-z|]+)>$/.exec(flags) ?? [];
  return KNOWN[placeholder] ?? (placeholder.includes('|') ? placeholder.split('|') : []);
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const list = (words: readonly string[]) => quote(words.join(' '));

/** Without a match, bash completes file names. */
function bash(name: string, entries: readonly Entry[], top: Entry['options']): string[] {
  const of = (options: Entry['options']) => list(options.map(({ word }) => word));
  return [
    `_${id(name)}() {`,
    `  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} options= words=`,
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    options=${of(top)} words=${list(entries.map(({ word }) => word))}`,
    '  else',
    `    case "\${COMP_WORDS[1]}" in`,
    ...entries.map(({ word, options, values }) => `      ${word}) options=${of(options)} words=${list(values)} ;;`),
    '    esac',
    `    case "\${COMP_WORDS[1]} $before" in`,
    ...valuesByCases(entries).map(([cases, values]) => `      ${cases}) options= words=${list(values)} ;;`),
    '    esac',
    '  fi',
    '  case "$current" in -*) words=$options ;; esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    `complete -o bashdefault -o default -F _${id(name)} ${name}`,
  ];
}

function zsh(name: string, entries: readonly Entry[], top: Entry['options']): string[] {
  const described = (choices: readonly Choice[]) =>
    `(${choices.map(({ word, about }) => quote(`${word}:${about}`)).join(' ')})`;
  const plain = (values: readonly string[]) => `(${values.map(quote).join(' ')})`;
  return [
    `#compdef ${name}`,
    `_${name}() {`,
    '  local -a options found',
    '  if (( CURRENT == 2 )); then',
    `    options=${described(top)} found=${described(entries)}`,
    '  else',
    '    case "$words[2]" in',
    ...entries.map(
      ({ word, options, values }) => `      ${word}) options=${described(options)} found=${plain(values)} ;;`,
    ),
    '    esac',
    '    case "$words[2] $words[CURRENT-1]" in',
    ...valuesByCases(entries).map(([cases, values]) => `      ${cases}) options=() found=${plain(values)} ;;`),
    '    esac',
    '  fi',
    '  [[ "$words[CURRENT]" == -* ]] && found=($options)',
    `  if (( $#found )); then _describe ${name} found; else _files; fi`,
    '}',
    '# zsh reads this file as the function during a completion; otherwise a user sources it.',
    `if (( CURRENT )); then _${name} "$@"; else compdef _${name} ${name}; fi`,
  ];
}

function fish(name: string, entries: readonly Entry[], top: Entry['options']): string[] {
  const text = (value: string) => `'${value.replace(/['\\]/g, '\\$&')}'`;
  const line = (condition: string, rest: string, about: string) =>
    `complete -c ${name} -n ${text(condition)} ${rest}${about && ` -d ${text(about)}`}`;
  const option = (condition: string, { word, short, about, takes, values }: Entry['options'][number]) => {
    const names = `-l ${word.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}`;
    return line(
      condition,
      `${names}${takes ? ' -r' : ''}${values.length > 0 ? ` -f -a ${text(values.join(' '))}` : ''}`,
      about,
    );
  };
  return [
    ...top.map((one) => option('__fish_use_subcommand', one)),
    ...entries.map(({ word, about }) => line('__fish_use_subcommand', `-f -a ${word}`, about)),
    ...entries.flatMap(({ word, options, values }) => [
      ...(values.length > 0
        ? [line(`__fish_seen_subcommand_from ${word}`, `-f -a ${text(values.join(' '))}`, '')]
        : []),
      ...options.map((one) => option(`__fish_seen_subcommand_from ${word}`, one)),
    ]),
  ];
}

/** The values to complete after each word; an empty list means file names. */
function valuesByCases(entries: readonly Entry[]): [cases: string, values: string[]][] {
  const cases = new Map<string, string[]>();
  for (const { word: command, options } of entries) {
    for (const { word, short, values } of options.filter(({ takes }) => takes)) {
      const known = values.join(' ');
      const flags = short === undefined ? [word] : [word, short];
      cases.set(known, [...(cases.get(known) ?? []), ...flags.map((flag) => quote(`${command} ${flag}`))]);
    }
  }
  return [...cases].map(([known, words]) => [words.join('|'), known === '' ? [] : known.split(' ')]);
}

/** The name of a shell function. */
function id(name: string): string {
  return name.replaceAll('-', '_');
}
