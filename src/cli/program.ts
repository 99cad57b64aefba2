// The guestmem command: its list of commands, and nothing else. What a command needs is loaded when it is named. Loaded by main.ts.

import { isMainThread } from 'node:worker_threads';
import { Command } from 'commander';
import { exitCodeOf } from './fault.ts';
import { complain, guardStreams, print, printable } from './terminal.ts';
import { packageVersion } from './version.ts';

interface Entry {
  readonly name: string;
  readonly args?: string;
  readonly sentence: string;
  /** Works without a pause: it runs in a thread, so that signals are heard meanwhile. */
  readonly isBusy?: boolean;
  make(): Promise<Command>;
}

/** Adding a command is adding its file and its entry here. */
const COMMANDS: readonly Entry[] = [
  {
    name: 'replay',
    args: '[trace]',
    sentence: 'Replay a trace through systems and compare start-up and memory',
    make: async () => (await import('./replay.ts')).replayCommand(),
  },
  {
    name: 'sweep',
    args: '<file>',
    sentence: 'Replay an experiment over a grid of choices and seeds, on threads or many machines',
    make: async () => (await import('./sweep.ts')).sweepCommand(),
  },
  {
    name: 'compare',
    args: '<a> <b>',
    sentence: 'Tell which differences between two results are more than seeds make of them',
    isBusy: true,
    make: async () => (await import('./compare.ts')).compareCommand(),
  },
  {
    name: 'query',
    args: '<folder> <sql>',
    sentence: 'Ask the Parquet tables of a sweep or a run in SQL',
    make: async () => (await import('./query.ts')).queryCommand(),
  },
  {
    name: 'worker',
    args: '<from...>',
    sentence: 'Play jobs of a sweep, from a server of Redis or from files',
    make: async () => (await import('./worker.ts')).workerCommand(),
  },
  {
    name: 'report',
    args: '<folder>',
    sentence: 'Make report.html of a run again, from results.json in its folder',
    isBusy: true,
    make: async () => (await import('./report.ts')).reportCommand(),
  },
  {
    name: 'figures',
    args: '<folder>',
    sentence: 'Write the figures of a run as SVG files, and as PNG, for papers',
    isBusy: true,
    make: async () => (await import('./figures.ts')).figuresCommand(),
  },
  {
    name: 'systems',
    sentence: 'List the systems that can be compared, and the policies and formats by name',
    make: async () => (await import('./systems.ts')).systemsCommand(),
  },
  {
    name: 'verify',
    args: '<capture>',
    sentence: 'Replay a recording of a real kernel and compare every page frame',
    isBusy: true,
    make: async () => (await import('./verify.ts')).verifyCommand(),
  },
  {
    name: 'record',
    sentence: 'Record what a real kernel does with memory under a workload (QEMU)',
    isBusy: true,
    make: async () => (await import('./record.ts')).recordCommand(),
  },
  {
    name: 'import',
    args: '<file>',
    sentence: 'Read page events that trace-cmd or perf recorded on any machine',
    isBusy: true,
    make: async () => (await import('./import.ts')).importCommand(),
  },
  {
    name: 'profile',
    args: '<capture>',
    sentence: "Say what a function's containers did to memory in a recording",
    isBusy: true,
    make: async () => (await import('./profile.ts')).profileCommand(),
  },
  {
    name: 'pages',
    args: '<capture>',
    sentence: 'Replay the requests of a recording under other placements of pages',
    isBusy: true,
    make: async () => (await import('./pages.ts')).pagesCommand(),
  },
  {
    name: 'build-core',
    args: '<file>',
    sentence: 'Compile an allocator of your own into a core, and try whether it is one',
    isBusy: true,
    make: async () => (await import('./build-core.ts')).buildCoreCommand(),
  },
  {
    name: 'map',
    args: '<folder>',
    sentence: 'Draw memory of a recording or of a run, at a moment or through its time',
    isBusy: true,
    make: async () => (await import('./map.ts')).mapCommand(),
  },
  {
    name: 'play',
    sentence: "Serve the playground: a guest's memory in the browser, step by step",
    make: async () => (await import('./play.ts')).playCommand(),
  },
  {
    name: 'scenario',
    args: '[name]',
    sentence: 'Run a published measurement again; without a name, list the scenarios',
    isBusy: true,
    make: async () => (await import('./scenario.ts')).scenarioCommand(),
  },
  {
    name: 'trace',
    args: '[command]',
    sentence: 'Look at a trace, convert or sample one, or make a synthetic one',
    isBusy: true,
    make: async () => (await import('./trace.ts')).traceCommand(),
  },
  {
    name: 'bench',
    args: '[command]',
    sentence: 'Time the mechanisms of allocator and devices, with policies of your own',
    isBusy: true,
    make: async () => (await import('./bench.ts')).benchCommand(),
  },
  {
    name: 'completion',
    args: '<shell>',
    sentence: 'Print a script that completes commands and options in bash, zsh or fish',
    make: async () => (await import('./completion.ts')).completionCommand(),
  },
];

const EXAMPLES = `
Examples:
  guestmem replay                          the built-in hour through every system
  guestmem replay TRACE --system scpv-template,mcpv-czone --seed 1
  guestmem compare first second            two folders that replays have written
  guestmem bench --filter balloon,virtio-mem --guest 4GiB

Options of a command: guestmem COMMAND --help. Documentation: docs/README.md of the repository`;

/** A command that is not named on the command line is a line of the help and no more. */
async function commandOf({ name, args, sentence, make }: Entry): Promise<Command> {
  const isNamed = process.argv.includes(name);
  const command = isNamed ? await make() : new Command(name);
  if (!isNamed && args !== undefined) command.arguments(args);
  return guarded(command.description(sentence));
}

const writeErr = (text: string): boolean => process.stderr.write(printable(text));

/** Ends by an error instead of the process, and writes nothing that controls a terminal. */
function guarded(command: Command): Command {
  for (const inner of command.commands) guarded(inner);
  return command.exitOverride().configureOutput({ writeOut: print, writeErr });
}

async function program(): Promise<Command> {
  const all = guarded(
    new Command('guestmem')
      .description('Emulates the memory of virtual machines, page frame by page frame')
      .version(packageVersion())
      .addHelpText('after', EXAMPLES),
  );
  for (const entry of COMMANDS) all.addCommand(await commandOf(entry));
  return all;
}

async function run(): Promise<void> {
  const [, , first, ...words] = process.argv;
  if (await isCompletion(first)) {
    const { completed } = await import('./complete.ts');
    print(await completed(words, COMMANDS));
  } else await (await program()).parseAsync();
}

/** Whether a shell's script asks. No command begins so. */
async function isCompletion(word: string | undefined): Promise<boolean> {
  return word?.startsWith('__') === true && word === (await import('../shell/index.ts')).COMPLETE;
}

/** Has the engine write stacks down: until then an error holds all that it came through, which are all guests of a run. */
function written(error: unknown): void {
  if (error instanceof Error && error.stack !== undefined) written(error.cause);
}

/** What a command's error comes to. Guests that found no addresses get another chance before it is one. */
async function end(error: unknown): Promise<number> {
  if (error instanceof Error && error.name === 'TooManyGuests') {
    const { mayHelp, runAgain } = await import('./again.ts');
    if ('made' in error && mayHelp(Number(error.made))) {
      written(error);
      complain('guestmem: no addresses for more guests: beginning again, with fewer for each');
      return runAgain();
    }
  }
  return exitCodeOf(error, complain);
}

guardStreams();
const isBusy = COMMANDS.some((entry) => entry.isBusy === true && entry.name === process.argv[2]);
try {
  if (isBusy && isMainThread) {
    const { runApart } = await import('./apart.ts');
    process.exitCode = await runApart(new URL(import.meta.url));
  } else {
    if (isBusy) (await import('./apart.ts')).tellThread();
    await run();
  }
} catch (error) {
  process.exitCode = await end(error);
}
