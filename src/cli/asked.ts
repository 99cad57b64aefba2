// What a command line asks a replay for: an experiment, of a file or the default one, with the options' words in place of its own.

import { RefusedArgument } from '../check/index.ts';
import {
  type Able,
  type Experiment,
  type ExperimentFile,
  NEVER,
  type OwnPrices,
  SWITCH,
  SENSITIVITIES,
  type Sensitivity,
  type TraceChoice,
  ableOf,
  changed,
  defaultExperiment,
  momentsIn,
  planOf,
  readExperimentFile,
  readPrices,
  saidAt,
} from '../experiment/index.ts';
import {
  ArgumentError,
  DEFAULT_IDLE_RECLAIM_MS,
  FUNCTION_MODELS,
  MAP_MOMENTS_MOST,
  HOSTS_MAX,
  GROWTHS,
  HOST_CACHES,
  HOST_PLACEMENTS,
  KEEP_ALIVES,
  PLACEMENTS,
  PRICE_LEVELS,
  type PriceLevel,
  expectShares,
  idleOf,
  optionsOf,
} from '../replay/index.ts';
import { FORMATS } from '../report/index.ts';
import {
  choice,
  columns,
  duration,
  frames,
  idle,
  isAll,
  minutes,
  named,
  policy,
  systemNames,
  whenFull,
  wholeNumber,
} from './argument.ts';
import { UsageError } from './fault.ts';

/** Options that change an experiment; what is not given is as the file has it. */
export interface ExperimentFlags {
  readonly system?: string;
  readonly seed?: string;
  readonly minutes?: string;
  readonly columns?: string;
  readonly warmup?: string;
  readonly keepAlive?: string;
  readonly idle?: string;
  readonly placement?: string;
  readonly growth?: string;
  /** true: asked for without a time. */
  readonly idleReclaim?: string | true;
  readonly hostCache?: string;
  readonly hosts?: string;
  readonly hostMemory?: string;
  readonly hostPlacement?: string;
  readonly whenFull?: string;
  readonly contention?: string;
  readonly interference?: string;
  readonly vmCpus?: string;
  readonly functions?: string;
  readonly prices?: string;
  /** true: asked for without a word. */
  readonly sensitivity?: string | true;
  readonly records?: true;
  readonly maps?: string;
  readonly mapsOf?: string;
  readonly format?: string;
  readonly out?: string;
}

const YAML = /\.ya?ml$/i;

/** Whether a path is of an experiment; all else is a trace. */
export function isExperiment(path: string | undefined): path is string {
  return path !== undefined && YAML.test(path);
}

/** `read` of what is there. */
function ifGiven<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

/** The text itself, once it can be read. */
function readable(text: string | undefined, read: (text: string) => unknown): string | undefined {
  if (text !== undefined) read(text);
  return text;
}

function names(
  option: string,
  text: string | undefined,
  list: readonly { readonly name: string }[],
  words: { readonly one: string; readonly many: string },
): readonly string[] | undefined {
  return ifGiven(text, () => named(option, text, list, words).map(({ name }) => name));
}

/** A level, a file, or both with a comma between. */
function pricesOf(text: string): { level?: PriceLevel; own?: OwnPrices } {
  const said: { level?: PriceLevel; own?: OwnPrices } = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const level = PRICE_LEVELS.find((one) => one === part);
    if (level !== undefined && said.level !== undefined) {
      throw new UsageError(`--prices: expected one level, found ${said.level} and ${level}`);
    }
    if (level !== undefined) said.level = level;
    else if (YAML.test(part)) said.own = { ...said.own, ...readPrices(part) };
    else {
      const expected = `${PRICE_LEVELS.join(', ')}, or a file of prices (.yaml)`;
      throw new UsageError(`--prices: expected ${expected}, found ${JSON.stringify(part)}`);
    }
  }
  return said;
}

function idleReclaim(given: string | true | undefined): string | undefined {
  if (given === true) return `${DEFAULT_IDLE_RECLAIM_MS}ms`;
  if (given === NEVER) return given;
  return readable(given, (text) => duration('--idle-reclaim', text));
}

/** How many moments of a run, or which. */
function moments(option: string, text: string): void {
  try {
    momentsIn(text);
  } catch (error) {
    if (!(error instanceof RefusedArgument || error instanceof ArgumentError)) throw error;
    const expected = `0 to ${MAP_MOMENTS_MOST} moments, or times such as 5m,10m`;
    throw new UsageError(`${option}: expected ${expected}, found ${JSON.stringify(text)}`);
  }
}

/** One, or several with commas between. */
function seedsSaid(text: string): Pick<ExperimentFile, 'seed' | 'seeds'> {
  const seeds = text.split(',').map((one) => wholeNumber('--seed', one.trim(), 0));
  const again = seeds.find((seed, at) => seeds.indexOf(seed) !== at);
  if (again === undefined) return seeds.length === 1 ? { seed: seeds[0] } : { seeds };
  throw new UsageError(`--seed: expected each of the seeds once, found ${again} again`);
}

function sensitivity(given: string | true | undefined): Sensitivity | undefined {
  if (given === true) return 'counts';
  return ifGiven(given, (text) => choice('--sensitivity', text, SENSITIVITIES));
}

function hostsSaidBy(flags: ExperimentFlags): ExperimentFile['hosts'] {
  const { hostPlacement } = flags;
  return {
    count: ifGiven(flags.hosts, (text) => wholeNumber('--hosts', text, 1, HOSTS_MAX)),
    memory: readable(flags.hostMemory, (text) => frames('--host-memory', text)),
    cache: ifGiven(flags.hostCache, (text) => choice('--host-cache', text, HOST_CACHES)),
    placement: ifGiven(hostPlacement, (text) => policy('--host-placement', text, HOST_PLACEMENTS)),
    whenFull: ifGiven(flags.whenFull, (text) => whenFull('--when-full', text)),
    contention: ifGiven(flags.contention, (text) => choice('--contention', text, SWITCH)),
    interference: ifGiven(flags.interference, (text) => choice('--interference', text, SWITCH)),
  };
}

/** The options' words, checked. */
function saidBy(flags: ExperimentFlags): ExperimentFile {
  const { keepAlive, placement, growth } = flags;
  if (flags.out === '') throw new UsageError('--out: expected a folder, found ""');
  return {
    systems: ifGiven(flags.system, (text) => systemNames('--system', text)),
    ...ifGiven(flags.seed, seedsSaid),
    minutes: ifGiven(flags.minutes, (text) => wholeNumber('--minutes', text, 1)),
    warmupMinutes: ifGiven(flags.warmup, (text) => minutes('--warmup', text)),
    hosts: hostsSaidBy(flags),
    machine: { cpusPerVm: ifGiven(flags.vmCpus, (text) => wholeNumber('--vm-cpus', text, 1, 64)) },
    functions: {
      model: ifGiven(flags.functions, (text) => choice('--functions', text, FUNCTION_MODELS)),
    },
    policies: {
      keepAlive: ifGiven(keepAlive, (text) => policy('--keep-alive', text, KEEP_ALIVES, 'fixed')),
      idle: readable(flags.idle, (text) => idle('--idle', text)),
      placement: ifGiven(placement, (text) => policy('--placement', text, PLACEMENTS)),
      growth: ifGiven(growth, (text) => policy('--growth', text, GROWTHS)),
      idleReclaim: idleReclaim(flags.idleReclaim),
    },
    prices: ifGiven(flags.prices, pricesOf),
    outputs: {
      records: flags.records,
      maps: readable(flags.maps, (text) => moments('--maps', text)),
      mapsOf: flags.mapsOf,
      sensitivity: sensitivity(flags.sensitivity),
      formats: names('--format', flags.format, FORMATS, { one: 'format', many: 'formats' }),
      folder: flags.out,
    },
  };
}

function withColumns(trace: TraceChoice, text: string | undefined): TraceChoice {
  const map = columns(text);
  if (map === undefined) return trace;
  if (trace.path !== undefined) return { ...trace, columns: map };
  throw new UsageError('--columns: expected a trace whose columns they are, found none');
}

/** Where something was said: in the file, by line and column, or by its option. */
export function whereSaid(
  path: string | undefined,
  option: { readonly name: string; readonly isGiven: boolean },
  key: readonly string[],
): string {
  const place = !option.isGiven && isExperiment(path) ? saidAt(path, key) : undefined;
  return place ?? option.name;
}

/** Does what refuses an argument of a replay; then that is told where it was said. */
export function refusedAt(where: (refused: RefusedArgument) => string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RefusedArgument)) throw error;
    const { argument, message } = error;
    throw new UsageError(`${where(error)}${message.slice(argument.length)}`);
  }
}

/** A warm-up that leaves something to measure of so many minutes. */
export function expectMeasured(
  path: string | undefined,
  flags: ExperimentFlags,
  { warmupMinutes }: Experiment,
  spanMinutes: number,
): void {
  if (warmupMinutes < spanMinutes) return;
  const option = { name: '--warmup', isGiven: flags.warmup !== undefined };
  const where = whereSaid(path, option, ['warmupMinutes']);
  const has = `fewer minutes than the trace's ${spanMinutes}`;
  throw new UsageError(`${where}: expected ${has}, found "${warmupMinutes}"`);
}

/** Policies and systems that go together, whoever said them. */
function expectAgreed(path: string | undefined, flags: ExperimentFlags, all: Experiment): void {
  expectMeasured(path, flags, all, all.minutes ?? Infinity);
  const option = { name: '--idle', isGiven: flags.idle !== undefined };
  refusedAt(
    () => whereSaid(path, option, ['policies', 'idle']),
    () => idleOf(optionsOf(planOf(all))),
  );
  refusedAt(
    ({ argument }) => whereSaid(path, { name: argument, isGiven: false }, argument.split('.')),
    () => expectShares(all.functions, all.functions.model, 'functions'),
  );
}

/** What is asked for, checked before a trace is read. Throws UsageError or ExperimentError. */
export function experimentOf(path: string | undefined, flags: ExperimentFlags): Able {
  const said = saidBy(flags);
  const trace = path === undefined ? undefined : { path };
  const file: ExperimentFile = isExperiment(path) ? readExperimentFile(path) : { trace };
  const before = changed(defaultExperiment(), file);
  const all = changed(before, { ...said, trace: withColumns(before.trace, flags.columns) });
  const isNamed = flags.system === undefined ? file.systems !== undefined : !isAll(flags.system);
  const able = ableOf(all, isNamed);
  expectAgreed(path, flags, able.experiment);
  return able;
}
