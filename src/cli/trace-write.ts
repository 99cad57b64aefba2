// guestmem trace convert, sample and synth: a trace is written, whole or not at all.

import { Command } from 'commander';
import { KIB } from '../abi/unit.ts';
import { repairLines } from '../report/index.ts';
import { OutputFolder } from '../report/node.ts';
import {
  type SampleOptions,
  TRACE_SHAPES,
  type Trace,
  generateSynthetic,
  sampleTrace,
} from '../trace/index.ts';
import { TRACE_WRITERS, type TraceFile, type TraceWriter } from '../trace/node.ts';
import { tellPace, telling, writesInto } from './apart.ts';
import { COLUMNS_HELP, choice, wholeNumber } from './argument.ts';
import { UsageError } from './fault.ts';
import { complain, print } from './terminal.ts';
import {
  type InputFlags,
  SEED_HELP,
  STRICT_HELP,
  inputOf,
  refuseRepaired,
  saidOfOptions,
} from './trace-input.ts';
import { wroteLine } from './wrote.ts';

interface OutputFlags {
  readonly to?: string;
  readonly out: string;
  readonly force?: boolean;
}

/** Of commands that read a trace. */
interface ThroughFlags extends InputFlags, OutputFlags {
  readonly strict?: boolean;
}

interface SampleFlags extends ThroughFlags {
  readonly functions?: string;
  readonly share?: string;
}

interface SynthFlags extends OutputFlags {
  readonly shape: string;
  readonly seed: string;
  readonly functions?: string;
  readonly minutes?: string;
  readonly rate?: string;
  readonly busy?: string;
}

/** Room that is looked for before the work. */
const USUAL_BYTES = 256 * KIB;

/** The entry of a list that is named. */
function entryOf<Entry extends { readonly name: string }>(
  option: string,
  text: string,
  entries: readonly Entry[],
): Entry {
  const names = entries.map(({ name }) => name);
  return entries[names.indexOf(choice(option, text, names))] as Entry;
}

/** The form that is asked for. Without a word it follows from the trace: of counts a vHive folder, else rows. */
function writerOf(to: string | undefined): TraceWriter | undefined {
  if (to === undefined) return undefined;
  return entryOf('--to', to, TRACE_WRITERS);
}

function usualWriter({ calls }: Trace): TraceWriter {
  const name = calls.kind === 'counted' ? 'vhive' : 'calls';
  return TRACE_WRITERS.find((writer) => writer.name === name) as TraceWriter;
}

/** Rows of all files of a form, about: headers are more. */
const ROWS: Readonly<Record<string, (trace: Trace) => number>> = {
  calls: ({ invocations }) => invocations,
  vhive: ({ functions }) => functions.length * VHIVE_TABLES,
};
const VHIVE_TABLES = 3;
const DRAWN = { why: 'the calls are drawn' };
const WHOLE = { why: 'the table is made in one piece' };

function* counted(content: Iterable<string>, onRows: (rows: number) => void): Generator<string> {
  for (const piece of content) {
    let rows = 0;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) rows += 1;
    onRows(rows);
    yield piece;
  }
}

/** Its files; it is told how many of their rows are written. */
function toldRows(writer: TraceWriter, trace: Trace): TraceFile[] {
  const total = ROWS[writer.name]?.(trace);
  if (total === undefined) tellPace(WHOLE);
  const told = telling('rows');
  let done = 0;
  const onRows = (rows: number): void => told(Math.min((done += rows), total ?? 0), total ?? 0);
  return writer.render(trace).map(({ name, content }) => ({
    name,
    content: content instanceof Uint8Array ? content : counted(content, onRows),
  }));
}

interface Made {
  readonly trace: Trace;
  /** The one that it was made of: what its reader repaired is in it, and its form has no place to say so. */
  readonly source?: Trace;
}

/** The trace that a command is given, repaired only as far as it may be. */
async function sourceOf(path: string, flags: ThroughFlags, isCut: boolean): Promise<Trace> {
  const source = await inputOf(path, flags, isCut);
  if (flags.strict === true) refuseRepaired(source, { ...source.quirks }, path);
  return source;
}

function repairText({ functions, quirks }: Trace): string {
  const lines = repairLines({ functions: functions.length, repairs: quirks });
  return lines.map((line) => `${line}\n`).join('');
}

/** Looks at the folder first, makes the trace, and writes it: all files or none. */
async function writeInto(flags: OutputFlags, make: () => Promise<Made> | Made): Promise<void> {
  if (flags.out === '') throw new UsageError('--out: expected a folder, found ""');
  const asked = writerOf(flags.to);
  const forms = asked === undefined ? TRACE_WRITERS : [asked];
  const files = forms.flatMap((form) =>
    form.files.map((file) => ({ ...file, usualBytes: USUAL_BYTES })),
  );
  const options = { isForced: flags.force, ...writesInto(flags.out) };
  const folder = new OutputFolder(flags.out, files, options);
  try {
    const { trace, source } = await make();
    const writer = asked ?? usualWriter(trace);
    const paths = folder.write(saidOfOptions(() => toldRows(writer, trace)));
    print(wroteLine(paths) + (source === undefined ? '' : repairText(source)));
  } finally {
    folder.close();
  }
}

function list(entries: readonly { readonly name: string; readonly sentence: string }[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  return entries.map(({ name, sentence }) => `  ${name.padEnd(width)}  ${sentence}\n`).join('');
}

const FORMS = `\nForms (--to):\n${list(TRACE_WRITERS)}`;

function withOutput(command: Command): Command {
  return command
    .requiredOption('--out <folder>', 'where the files go')
    .option('--force', 'replace files in that folder which guestmem did not write');
}

export function convertCommand(): Command {
  const command = new Command('convert')
    .description('Write a trace in another form')
    .argument('<trace>', 'folder or file of a trace')
    .requiredOption('--to <form>', `one of ${TRACE_WRITERS.map(({ name }) => name).join(', ')}`)
    .option('--seed <n>', SEED_HELP, '1')
    .option('--minutes <n>', 'only the first minutes')
    .option('--columns <map>', COLUMNS_HELP)
    .option('--strict', STRICT_HELP)
    .addHelpText('after', FORMS);
  return withOutput(command).action(async (path: string, flags: ThroughFlags) =>
    writeInto(flags, async () => {
      const source = await sourceOf(path, flags, true);
      return { trace: source, source };
    }),
  );
}

/** A share of the functions: above 0, at most 1. */
function shareOf(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= 1) return value;
  throw new UsageError(
    `--share: expected a number above 0, at most 1, found ${JSON.stringify(text)}`,
  );
}

function windowOf(text: string | undefined): Pick<SampleOptions, 'fromMinute' | 'toMinute'> {
  if (text === undefined) return {};
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (match !== null) return { fromMinute: Number(match[1]), toMinute: Number(match[2]) };
  throw new UsageError(
    `--minutes: expected FROM-TO, such as 60-120, found ${JSON.stringify(text)}`,
  );
}

function sampleOptions(flags: SampleFlags): SampleOptions {
  const { functions, share } = flags;
  if (functions !== undefined && share !== undefined) {
    throw new UsageError('--share: expected no --functions beside it, found both');
  }
  return {
    seed: wholeNumber('--seed', flags.seed, 0),
    functions: functions === undefined ? undefined : wholeNumber('--functions', functions, 1),
    share: share === undefined ? undefined : shareOf(share),
    ...windowOf(flags.minutes),
  };
}

/** A sample with all that there is, though it was to have more, is no fault. */
function tellFewer({ functions: asked = 0 }: SampleOptions, { functions }: Trace): void {
  const there = functions.length;
  if (asked <= there) return;
  complain(
    `guestmem: --functions ${asked}: ${there} are called in the window, and the sample has them all`,
  );
}

export function sampleCommand(): Command {
  const command = new Command('sample')
    .description('Write some functions of a trace, each with all of its calls in a window')
    .argument('<trace>', 'folder or file of a trace')
    .option('--functions <n>', 'so many functions, drawn from strata by their calls')
    .option('--share <s>', 'or this share of those that are called, 0.1 for a tenth')
    .option('--minutes <from-to>', 'from one minute to before another, 60-120')
    .option('--seed <n>', 'seed of the choice, and of what the trace leaves open', '1')
    .option('--columns <map>', COLUMNS_HELP)
    .option('--strict', STRICT_HELP)
    .option('--to <form>', 'form (default: counts as vhive, rows as calls)')
    .addHelpText('after', FORMS);
  return withOutput(command).action(async (path: string, flags: SampleFlags) => {
    const options = sampleOptions(flags);
    return writeInto(flags, async () => {
      const source = await sourceOf(path, flags, false);
      const trace = saidOfOptions(() => sampleTrace(source, options));
      tellFewer(options, trace);
      return { trace, source };
    });
  });
}

function synthTrace(flags: SynthFlags): Trace {
  const shape = entryOf('--shape', flags.shape, TRACE_SHAPES);
  const number = (name: 'functions' | 'minutes' | 'rate' | 'busy'): number | undefined => {
    const text = flags[name];
    return text === undefined ? undefined : wholeNumber(`--${name}`, text, 1);
  };
  const options = {
    functions: number('functions'),
    minutes: number('minutes'),
    perMinute: number('rate'),
    busy: number('busy'),
  };
  const seed = wholeNumber('--seed', flags.seed, 0);
  return saidOfOptions(() => generateSynthetic({ seed }, shape.config(options)));
}

export function synthCommand(): Command {
  const command = new Command('synth')
    .description('Write a synthetic trace of one shape')
    .requiredOption('--shape <name>', `one of ${TRACE_SHAPES.map(({ name }) => name).join(', ')}`)
    .option('--functions <n>', 'functions')
    .option('--minutes <n>', 'length')
    .option('--rate <n>', 'calls a minute of all functions together, in the mean')
    .option('--busy <n>', 'popular: instances that are busy at the same time, in the mean')
    .option('--seed <n>', 'seed of every draw', '1')
    .option('--to <form>', 'form (default: vhive)')
    .addHelpText('after', `\nShapes:\n${list(TRACE_SHAPES)}${FORMS}`);
  return withOutput(command).action(async (flags: SynthFlags) =>
    writeInto(flags, () => {
      tellPace(DRAWN);
      return { trace: synthTrace(flags) };
    }),
  );
}
