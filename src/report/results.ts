/**
 * The record that a replay leaves: `results.json`, schema 1. `schema.ts` checks a value against them and
 * `docs/results.md` explains them to readers of the file. Units are the ends of the names; means over time are weighted by time.
 */

/** The version that this code writes and reads. */
export const RESULTS_SCHEMA = 1;

/** The record of a run: what `results.json` holds (docs/results.md). `parseResults` checks one. */
export type Results = {
  /** Version of the record. */
  schema: typeof RESULTS_SCHEMA;
  /** The one seed of the run. */
  seed: number;
  /** What was played. */
  trace: TraceSummary;
  /** In the order asked for; ratios are to the first. */
  systems: SystemResult[];
  /** Systems that were asked for and did not come to their end; absent when none is. */
  missing?: MissingSystem[] | undefined;
  /** Systems that nobody named and that cannot do what was asked for: they were not played; absent when there are none. */
  leftOut?: MissingSystem[] | undefined;
  /** Real time that it took. */
  wall: WallClock;
  /** The same under other seeds; absent unless there were several. */
  seeds?: SeedsResult | undefined;
  /** How far prices move its figures; absent unless asked for. */
  sensitivity?: SensitivityResult | undefined;
  /** What was played: `experiment.yaml` as JSON. Absent in records of the library. */
  configuration?: Record<string, unknown> | undefined;
  /** With what it was made; absent in records of the library. */
  made?: Made | undefined;
};

/** The figures that conclusions are drawn from; of each, less is better. Means, and the sum of CPU time. */
export const SENSITIVE_FIGURES = [
  'startupMs',
  'sandboxMs',
  'footprintGiBSeconds',
  'slowdown',
  'cpuMs',
] as const;

/** Name of a figure that conclusions are drawn from. */
export type SensitiveFigure = (typeof SENSITIVE_FIGURES)[number];

/** A figure under each seed. */
export type Spread = {
  /** In the order of the seeds. */
  perSeed: number[];
  /** The arithmetic mean. */
  mean: number;
  /** Standard deviation of the sample. */
  sd: number;
};

/** What came of an experiment under several seeds, that of the record first. */
export type SeedsResult = {
  /** The seeds, that of the record first. */
  seeds: number[];
  /** Those that all seeds have. */
  systems: { name: string; hashes: string[]; figures: Record<SensitiveFigure, Spread> }[];
};

/** Each price at its ends, one at a time. */
export type SensitivityResult = {
  /** Figures that differ by less are taken for equal: no order of theirs is a conclusion. */
  tolerance: number;
  /** Those that move a figure, or the clock; the one that moves most first. */
  prices: PriceEffects[];
};

/** What one price does at its ends. */
export type PriceEffects = {
  /** The operation's name. */
  price: string;
  /** The price's low end. */
  lowNs: number;
  /** In the run. */
  baseNs: number;
  /** The price's high end. */
  highNs: number;
  /** Starts, calls or devices take longer or shorter by it, so that counts and the footprint may change as well… */
  movesClock: boolean;
  /** …which is in the figures if the ends were played, and left out if they come from the run's counts. */
  isPlayed: boolean;
  /** The largest change of a figure, as a share of it. */
  swing: number;
  /** Systems whose figures change: each such figure at the low end and at the high one. */
  effects: ({ system: string } & { [Figure in SensitiveFigure]?: number[] | undefined })[];
  /** Pairs of systems whose order it turns. */
  flips: Flip[];
};

/** A pair of systems whose order an end turns, by more than the tolerance before and after. */
export type Flip = {
  figure: SensitiveFigure;
  at: 'low' | 'high';
  /** As they are in the run. */
  better: string;
  worse: string;
  /** The figure of the worse over that of the better: in the run, and at the end. */
  ratio: number;
  after: number;
};

/** With what the record was made. */
export type Made = {
  /** The command line, word by word. */
  command: string[];
  versions: { guestmem: string; abi: number; core: string };
  /** Most memory that the process had, until its results were made; other runs in it are in it. */
  peakResidentBytes?: number | undefined;
};

/** What was repaired, filled in or bounded before the replay; `docs/results.md` says what each counts. */
export const REPAIRS = [
  'mergedRows',
  'negativeAverages',
  'percentilesOrdered',
  'percentilesLowered',
  'percentilesFilled',
  'durationsRaised',
  'startsMoved',
  'functionsWithoutDurations',
  'functionsWithoutMemory',
  'memoryRaised',
  'memoryLowered',
] as const;

/** Those that older records do not tell. */
export const LATER_REPAIRS = ['percentilesLowered', 'percentilesFilled'] as const;
type LaterRepair = (typeof LATER_REPAIRS)[number];

/** How often each repair was made; docs/results.md says what each counts. */
export type Repairs = Record<Exclude<(typeof REPAIRS)[number], LaterRepair>, number> &
  Partial<Record<LaterRepair, number | undefined>>;

/** What was replayed. */
export type TraceSummary = {
  name: string;
  functions: number;
  /** Counted invocations, that is those after the warm-up. */
  invocations: number;
  /** Length of the trace, warm-up included. */
  spanMs: number;
  /** What it was read from, and whether instants and durations of calls are drawn from counts; absent in older records. */
  format?: string | undefined;
  isDrawn?: boolean | undefined;
  /** Absent in records of before they were told. */
  repairs?: Repairs | undefined;
};

export type MissingSystem = { system: string; reason: string };

/** One system under comparison, on that trace. */
export type SystemResult = {
  /** Its name, with its argument. */
  name: string;
  /** How calls began; each measured call is in one of them. */
  starts: Starts;
  /** Waiting for memory, of the calls that waited; 0 when none did. */
  queueMs: { mean: number; p99: number; max: number };
  /** What came of hosts that were short of memory. */
  shortage: ShortageResult;
  /** Containers that a keep-alive policy had started before a call came, and those of them that got one. */
  prewarms: { started: number; used: number };
  /** How long containers were idle, and what they held meanwhile. */
  idle: IdleResult;
  /** What the idle policy did to VMs. */
  rests: RestsResult;
  /** Containers over the measured time. */
  containers: ContainersResult;
  /** VMs over the measured time. */
  vms: Numbers;
  /** Cold starts, from arrival to the handler's first instruction. */
  startupMs: StartupMs;
  /** Of the same starts, until the function's own runtime begins: the steps before `runtime`. */
  sandboxMs: SandboxMs;
  /** Host memory held, all causes. */
  footprintBytes: { mean: number; peak: number };
  /** Integral of the footprint over the measured time. */
  footprintGiBSeconds: number;
  /** Mean bytes of host memory by cause. */
  footprintBy: FootprintBy;
  /** Of it, what is not the functions' own memory: all but `anonymous`, `fileShared`, and under dax `hostCache`. */
  overheadBytes: { mean: number; peak: number };
  /** What hosts asked guests for, and what came. */
  reclaim: Reclaim;
  /** Execution time over undisturbed execution time, 1 = undisturbed. */
  slowdown: { mean: number; p99: number };
  /** CPU time of memory management and starts, by who spends it; the functions' own work is not in it. */
  cpuMs: { guest: number; host: number };
  /** Page operations that the cores executed. */
  pageOps: number;
  /** Of the final memory state and metrics: same input and seed, same hash. */
  hash: string;
  /** Containers and VMs at some instants. */
  overTime: OverTime;
  /** A row a function that was called, or had containers, in the order of the trace. */
  functions: FunctionResult[];
};

/** How many there were over the measured time, and how many of them were started in it for a call that counts. */
export type Numbers = { mean: number; peak: number; started: number };

/** `runningVmShare`: of the containers started, those that went into a VM that ran already. */
export type ContainersResult = Numbers & { runningVmShare: number };

/** What there was at some instants; values hold from theirs to the next. Equally long. */
export type OverTime = {
  /** Since the trace's begin. */
  tMs: number[];
  containers: number[];
  /** Of the containers, those without a call. */
  idle: number[];
  vms: number[];
};

/** One function in one system. Means of its own starts and calls, at the prices that the clock went by. */
export type FunctionResult = {
  /** Its place in the trace. */
  id: number;
  /** Its name in the trace. */
  name: string;
  /** Calls that a container was started for. */
  cold: number;
  /** Calls that an idle container took. */
  warm: number;
  /** Calls that waited for memory, then ran. */
  queued: number;
  /** Calls that never ran. */
  refused: number;
  /** Mean of its cold starts; 0 when there was none. */
  startupMs: number;
  /** Of the same starts, until its own runtime began. */
  sandboxMs: number;
  /** Mean execution time over undisturbed execution time; 1: undisturbed. */
  slowdown: number;
  /** Held for its VMs alone: what templates and the host's copies of files take is nobody's. */
  footprintGiBSeconds: number;
  /** How long its containers were idle, in all. */
  idleSeconds: number;
  /** Their own anonymous memory times that time. */
  wastedGiBSeconds: number;
  /** How often a VM of its was parked. */
  parks: number;
  /** How often a VM of its was written to a disk. */
  suspends: number;
  /** How often one was read back. */
  resumes: number;
  /** Written to images then. */
  writtenBytes: number;
  /** Read from images then. */
  readBytes: number;
};

/** Each measured invocation is in one of them. */
export type Starts = {
  cold: number;
  warm: number;
  /** Waited for memory, then ran, in a new container or in one of its function that became idle. */
  queued: number;
  /** Never ran: there was no memory when they came, or none until the end. */
  refused: number;
};

/** What came of hosts that were short of memory. */
export type ShortageResult = {
  /** Idle containers that ended before their time. */
  evicted: number;
  /** VMs that a host ended, and calls that were lost with them. */
  killedVms: number;
  killedCalls: number;
  /** Starts that took more than their host had, and were undone. */
  undoneStarts: number;
  /** Calls that waited still at the end; `starts.refused` has them too. */
  unserved: number;
};

/** Containers that nobody called. */
export type IdleResult = {
  containerSeconds: number;
  /** Their own anonymous memory times the time that they were idle. */
  wastedGiBSeconds: number;
};

/** What the idle policy did to VMs whose containers nobody called. */
export type RestsResult = {
  parks: number;
  /** That parking got. */
  parkedBytes: number;
  suspends: number;
  resumes: number;
  /** To images and from them. */
  writtenBytes: number;
  readBytes: number;
};

/** Cold starts only, from arrival to the handler's first instruction; all 0 when there was none. */
export type StartupMs = {
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  /** Mean of each step over all cold starts, so a step that some starts skip is in proportion. Adds up to `mean`. */
  steps: Record<string, number>;
};

/** All 0 when there was no start. */
export type SandboxMs = { mean: number; p50: number; p95: number; p99: number; max: number };

/** Mean bytes of host memory by cause. Adds up to `footprintBytes.mean`. */
export type FootprintBy = Record<FootprintCause, number>;

/** Taking memory back from guests. */
export type Reclaim = {
  askedBytes: number;
  gotBytes: number;
  migratedPages: number;
  /** From the request to the last byte returned; 0 when nothing was asked. */
  meanMs: number;
  p99Ms: number;
};

/** Real time of the run. The only part of the record that differs between two equal runs. */
export type WallClock = { ms: number; invocationsPerSecond: number; pageOpsPerSecond: number };

/** Causes in the order of tables and charts: the host's own (`vmm/host.ts`), which `replay/results.ts` holds them to. */
export const FOOTPRINT_CAUSES = [
  /** Guest kernels: text, data, slab, struct pages, and template pages, each shared page once. */
  'guestOs',
  /** VMM processes. */
  'vmm',
  /** File pages that more than one container may use. */
  'fileShared',
  /** Anonymous and private file pages of containers. */
  'anonymous',
  /** Backed by the host, free in the guest. */
  'idleUnused',
  /** Of the guests' processes and of the host's second level. */
  'pageTables',
  /** The host's own copies of the guests' files, each once. */
  'hostCache',
] as const;

/** What host memory is held for; FOOTPRINT_CAUSES says what each is. */
export type FootprintCause = (typeof FOOTPRINT_CAUSES)[number];
