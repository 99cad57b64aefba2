// An experiment: everything that decides what comes out of a replay, in words and numbers. Read from a file, changed by options,
// written beside the results.

import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { FRAMES_PER_GIB, FRAMES_PER_MIB, FRAME_BYTES, KIB } from '../abi/unit.ts';
import { LIST, NUMBER, type Shape, TEXT, expectShape } from '../check/index.ts';
import {
  DEFAULT_FUNCTIONS,
  DEFAULT_GROWTH,
  DEFAULT_HOST_PLACEMENT,
  DEFAULT_IDLE,
  DEFAULT_PLACEMENT,
  DEFAULT_WHEN_FULL,
  DEFAULT_WORKLOAD,
  type FunctionModel,
  type LeftOut,
  type PriceLevel,
  type ReplayPlan,
  SYSTEMS,
  type WorkloadParameters,
  defaultMachine,
  durationMs,
} from '../replay/index.ts';
import {
  type Trace,
  type TraceSource,
  generateSynthetic,
  loadTrace,
  parsePart,
  partOf,
} from '../trace/index.ts';
import { unableOf } from './able.ts';
import { led, readDocument, saidAt } from './document.ts';
import { ExperimentError, UnreadableFile } from './error.ts';
import { type OwnPrices, pricesFrom, readPrices } from './prices.ts';
import { momentsIn } from './moments.ts';
import { framesOf } from './quantity.ts';
import {
  type ExperimentFile,
  type HostsChoice,
  MEMORY_KEYS,
  type MachineChoice,
  type MemoryChoice,
  NEVER,
  type OutputChoice,
  type PolicyChoice,
  type PricesInFile,
  type TraceChoice,
  experimentFile,
  syntheticOf,
} from './schema.ts';

type Whole<T> = { readonly [Key in keyof T]-?: NonNullable<T[Key]> };

/** Nothing in it is left to a default but what is absent of `minutes` (all) and of the folder. */
export interface Experiment {
  /** What is played: a path, or a synthetic load. */
  readonly trace: TraceChoice;
  /** The only one, or the first of several. */
  readonly seed: number;
  /** All of them, where there are several; the first is `seed`. */
  readonly seeds?: readonly number[] | undefined;
  /** So many minutes of the trace are played; absent: all. */
  readonly minutes?: number | undefined;
  /** Minutes at the begin that are played and not measured. */
  readonly warmupMinutes: number;
  /** How many hosts there are, of what memory, and what happens when they are full. */
  readonly hosts: Whole<HostsChoice>;
  /** How large the VMs of many containers are. */
  readonly machine: Whole<MachineChoice>;
  /** What a function's memory is made of, where the trace does not say. */
  readonly functions: WorkloadParameters & { readonly model: FunctionModel };
  /** Memory of a container by its function's name in the trace. */
  readonly memory?: Readonly<Record<string, MemoryChoice>> | undefined;
  /** Systems as `NAME` or `NAME:ARGUMENT`, in the order of the results. */
  readonly systems: readonly string[];
  /** Keep-alive, idle, placement, growth by name. */
  readonly policies: Whole<PolicyChoice>;
  /** The level that the clock goes by, and prices in the published ones' places. */
  readonly prices: { readonly level: PriceLevel; readonly own: OwnPrices };
  /** Formats by name, and the folder that they are written into. */
  readonly outputs: Whole<Pick<OutputChoice, 'formats'>> & Omit<OutputChoice, 'formats'>;
}

/** Memory maps of a report: enough to see a run go by, at some 10 ms a moment and system (docs/decisions/0073). */
const DEFAULT_MOMENTS = '8';

/** A number of frames as a size in the largest unit of which it is a whole number. */
function sizeText(frames: number): string {
  if (frames % FRAMES_PER_GIB === 0) return `${frames / FRAMES_PER_GIB}GiB`;
  if (frames % FRAMES_PER_MIB === 0) return `${frames / FRAMES_PER_MIB}MiB`;
  return `${(frames * FRAME_BYTES) / KIB}KiB`;
}

/** What is played when nothing is said: the synthetic hour through all systems. */
export function defaultExperiment(): Experiment {
  const machine = defaultMachine();
  return {
    trace: { synthetic: {} },
    seed: 1,
    warmupMinutes: 0,
    hosts: {
      count: 1,
      memory: sizeText(machine.hostFrames),
      cache: 'shared',
      placement: DEFAULT_HOST_PLACEMENT,
      whenFull: DEFAULT_WHEN_FULL,
      contention: 'on',
      interference: 'on',
    },
    machine: {
      containersPerVm: machine.containersPerVm,
      cpusPerVm: machine.cpusPerVm,
      containerMemoryPerVm: sizeText(machine.containerFramesPerVm),
      containerKernelMemory: sizeText(machine.containerKernelFrames),
    },
    functions: { model: DEFAULT_FUNCTIONS, ...DEFAULT_WORKLOAD },
    systems: SYSTEMS.map(({ name }) => name),
    policies: {
      keepAlive: '10m',
      idle: DEFAULT_IDLE,
      placement: DEFAULT_PLACEMENT,
      growth: DEFAULT_GROWTH,
      idleReclaim: NEVER,
    },
    prices: { level: 'typical', own: {} },
    outputs: { formats: ['table', 'json', 'html'], maps: DEFAULT_MOMENTS },
  };
}

/** Keys that are there, and not undefined. */
function said<T extends object>(group: T | undefined): T {
  const entries = Object.entries(group ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

function pricesOver(
  before: Experiment['prices'],
  after: ExperimentFile['prices'],
): Experiment['prices'] {
  if (after === undefined) return before;
  const { level = before.level, own = {} }: PricesInFile =
    typeof after === 'string' ? { level: after as PriceLevel } : after;
  return { level, own: { ...before.own, ...own } };
}

/** One seed or several, whatever was before. */
function seedsOver({ seed, seeds }: ExperimentFile): Pick<Experiment, 'seeds'> & { seed?: number } {
  if (seeds !== undefined) return { seed: seeds[0] as number, seeds };
  return seed === undefined ? {} : { seed, seeds: undefined };
}

/** An experiment with what a file or options say in place of its own. A trace and a list are replaced whole. */
export function changed(before: Experiment, file: ExperimentFile): Experiment {
  const { trace, hosts, machine, functions, policies, prices, outputs, ...others } = file;
  return {
    ...before,
    ...said(others),
    ...seedsOver(file),
    trace: typeof trace === 'string' ? { path: trace } : (trace ?? before.trace),
    hosts: { ...before.hosts, ...said(hosts) },
    machine: { ...before.machine, ...said(machine) },
    functions: { ...before.functions, ...said(functions) },
    policies: { ...before.policies, ...said(policies) },
    prices: pricesOver(before.prices, prices),
    outputs: { ...before.outputs, ...said(outputs) },
  } as Experiment;
}

/** Its paths from the working directory; prices of a file are in `own`, under those that the experiment has itself. */
export function placed(file: ExperimentFile, folder: string): ExperimentFile {
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const { trace, prices, outputs } = file;
  const choice: TraceChoice | undefined = typeof trace === 'string' ? { path: trace } : trace;
  const path = choice?.path === undefined ? undefined : at(choice.path);
  const into = outputs?.folder === undefined ? undefined : at(outputs.folder);
  return {
    ...file,
    trace: path === undefined ? choice : { ...choice, path },
    outputs: outputs === undefined ? undefined : { ...outputs, folder: into },
    prices: typeof prices === 'object' ? withFile(prices, at) : prices,
  };
}

function withFile({ level, file, own }: PricesInFile, at: (path: string) => string): PricesInFile {
  return { level, own: { ...(file === undefined ? {} : readPrices(at(file))), ...own } };
}

/** What an experiment file says, checked, with paths from the working directory. Throws ExperimentError. */
export function readExperimentFile(path: string): ExperimentFile {
  const file = readDocument(path, experimentFile);
  try {
    return placed(file, dirname(path));
  } catch (error) {
    const place = error instanceof UnreadableFile ? saidAt(path, ['prices', 'file']) : undefined;
    if (place === undefined) throw error;
    throw new ExperimentError([`${place}: ${(error as Error).message}`]);
  }
}

/** An experiment, and systems that it would have had. */
export interface Able {
  readonly experiment: Experiment;
  readonly leftOut: readonly LeftOut[];
}

/** The experiment as it is where somebody named its systems, else without those that cannot play it. */
export function ableOf(experiment: Experiment, isNamed: boolean): Able {
  if (isNamed) return { experiment, leftOut: [] };
  const leftOut = unableOf(experiment.systems, experiment.policies.idle);
  const names = new Set(leftOut.map(({ system }) => system));
  const systems = experiment.systems.filter((name) => !names.has(name));
  return { experiment: { ...experiment, systems }, leftOut };
}

/** An experiment file, checked. Throws ExperimentError. */
export function readExperiment(path: string): Experiment {
  const file = readExperimentFile(path);
  return ableOf(changed(defaultExperiment(), file), file.systems !== undefined).experiment;
}

/** The first line of a file that `experimentYaml` made, and of few others. */
export const RESOLVED_MARK = '# guestmem experiment, resolved';

/** The experiment as it stands in a folder: paths from there; where its results go is not part of it. */
export function experimentIn(folder: string, experiment: Experiment): Experiment {
  const { trace, outputs } = experiment;
  const { folder: _here, ...kept } = outputs;
  if (trace.path === undefined) return { ...experiment, outputs: kept };
  const path = relative(resolve(folder), resolve(trace.path)) || '.';
  return { ...experiment, trace: { ...trace, path }, outputs: kept };
}

function inFile({ seed, seeds, ...others }: Experiment): object {
  return said(seeds === undefined ? { seed, ...others } : { seeds, ...others });
}

/** That what is there by default is there. */
function shapeOf(value: unknown): Shape {
  if (typeof value === 'string') return TEXT;
  if (typeof value === 'number') return NUMBER;
  if (Array.isArray(value)) return LIST;
  const members = Object.entries(value as object);
  return Object.fromEntries(members.map(([name, member]) => [name, shapeOf(member)]));
}

/** The experiment, if all of it is there and a file could say it. Throws RefusedArgument and ExperimentError. */
export function expectExperiment(experiment: Experiment): Experiment {
  const usual = { ...defaultExperiment(), trace: {}, outputs: { formats: [] } };
  expectShape('experiment', experiment, shapeOf(usual));
  const { success, error } = experimentFile.safeParse(inFile(experiment));
  if (success) return experiment;
  throw new ExperimentError(error.issues.map((issue) => led(['experiment', ...issue.path], issue)));
}

/** As a file: played again, it gives the same hashes. */
export function experimentYaml(experiment: Experiment): string {
  const line = `${RESOLVED_MARK}: guestmem replay experiment.yaml plays it again`;
  return `${line}\n${stringify(inFile(expectExperiment(experiment)), { lineWidth: 0 })}`;
}

function memoryOf(memory: Readonly<Record<string, MemoryChoice>>): ReplayPlan['memory'] {
  const functions = Object.entries(memory).map(([name, choice]) => {
    const frames = MEMORY_KEYS.flatMap((key) => {
      const size = choice[key];
      return size === undefined ? [] : [[`${key}Frames`, framesOf(size)]];
    });
    return [name, Object.fromEntries(frames)];
  });
  return Object.fromEntries(functions) as ReplayPlan['memory'];
}

/** What a replay takes. */
export function planOf(experiment: Experiment): ReplayPlan {
  const { seed, systems, warmupMinutes, hosts, machine, functions, policies, prices, memory } =
    expectExperiment(experiment);
  const { keepAlive, idle, placement, growth, idleReclaim } = policies;
  const { model, ...workload } = functions;
  return {
    systems,
    seed,
    warmupMinutes,
    keepAlive,
    idle,
    placement,
    growth,
    idleReclaimMs: idleReclaim === NEVER ? undefined : durationMs(idleReclaim),
    hosts: hosts.count,
    hostPlacement: hosts.placement,
    whenFull: hosts.whenFull,
    contention: hosts.contention === 'on',
    interference: hosts.interference === 'on',
    hostCache: hosts.cache,
    hostFrames: framesOf(hosts.memory),
    machine: {
      containersPerVm: machine.containersPerVm,
      cpusPerVm: machine.cpusPerVm,
      containerFramesPerVm: framesOf(machine.containerMemoryPerVm),
      containerKernelFrames: framesOf(machine.containerKernelMemory),
    },
    workload,
    functions: model,
    memory: memory && memoryOf(memory),
    prices: { level: prices.level, own: pricesFrom(prices.own) },
  };
}

/** What is drawn of its run, whatever is written: a report may be made of it later. */
export function mapsOf({ outputs }: Experiment): ReplayPlan['maps'] {
  const { maps, mapsOf: name } = outputs;
  const moments = maps === undefined ? 0 : momentsIn(maps);
  if (moments === 0) return undefined;
  return { moments, ...(name !== undefined && { function: name }) };
}

/** The trace that it names, read or made; `files`: where its path leads, the file system if not said. */
export async function traceOfExperiment(
  experiment: Experiment,
  files?: TraceSource,
): Promise<Trace> {
  const { trace, seed, minutes } = expectExperiment(experiment);
  const { path, columns, part, synthetic = {} } = trace;
  const whole =
    path === undefined
      ? generateSynthetic({ seed, minutes }, syntheticOf(synthetic))
      : await loadTrace(path, { seed, minutes, columns, files });
  return part === undefined ? whole : partOf(whole, parsePart(part));
}
