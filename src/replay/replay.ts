// Replays a trace through systems, one after the other, each from the same start.

import { MS_PER_MINUTE } from '../abi/unit.ts';
import {
  DEFAULT_WORKLOAD,
  DEFAULT_HOST_PLACEMENT,
  DEFAULT_IDLE,
  DEFAULT_WHEN_FULL,
  EVICT,
  GuestOutOfMemory,
  HOST_PLACEMENTS,
  HostOutOfMemory,
  type HostPlacement,
  type IdlePolicy,
  type KeepAlive,
  type MachineConfig,
  type SystemSpec,
  TooManyGuests,
  type WhenFull,
  expectHostMachine,
  expectParkable,
  fixedKeepAlive,
  idlePolicyOf,
  limitGuests,
  memoryBound,
  policyOf,
  whenFullOf,
} from '../serverless/index.ts';
import {
  RefusedArgument,
  expectFunction,
  expectInteger,
  expectList,
  expectNumber,
  expectObject,
} from '../check/index.ts';
import type { RecordRows, Repairs } from '../report/index.ts';
import type { RecordSink } from './recorder.ts';
import { type Prices, PUBLISHED } from '../cost/index.ts';
import { type Pack, UnreadableState, UnwritableState } from '../graph/index.ts';
import { type CallRows, type Trace, arrivalsOf, expectTrace } from '../trace/index.ts';
import { breathe } from './breathe.ts';
import { BEGIN, type Cursor, type Playing, readKept, writeKept } from './checkpoint.ts';
import { defaultMachine } from './default-machine.ts';
import { type ProfileOptions, profilesIn } from './profiles.ts';
import type { MissingSystem, Outcome, ReplayRun, SystemRun } from './run.ts';
import type { OnEvent } from './listener.ts';
import type { SystemReplayConfig } from './config.ts';
import { type MapsChoice, mapsOf } from './map-meter.ts';
import { SystemReplay } from './system-replay.ts';
import { startWall } from './wall.ts';

/** What is played, with policies and systems as objects. `replayPlan` takes names in their places, and plays in threads. */
export interface ReplayOptions extends ProfileOptions {
  /** The systems under comparison, in the order of the results; one or more, none twice. */
  readonly systems: readonly SystemSpec[];
  /** For the record: the trace's draws were made with it. */
  readonly seed: number;
  /** Minutes at the begin that are played but not measured. */
  readonly warmupMinutes?: number | undefined;
  /** Makes a fresh policy for each system. */
  readonly keepAlive?: (() => KeepAlive) | undefined;
  /** Makes a fresh policy for each system: what is done with VMs whose containers are idle. Nothing if not said. */
  readonly idle?: (() => IdlePolicy) | undefined;
  /** Hosts, each with the machine's memory; one if not said. */
  readonly hosts?: number | undefined;
  /** Makes a fresh policy for each system. */
  readonly hostPlacement?: (() => HostPlacement) | undefined;
  /** What is tried, in order, when no host has memory for a container. */
  readonly whenFull?: readonly WhenFull[] | undefined;
  /** VMs that start on a host wait for each other (default), or start as if each were alone. */
  readonly contention?: boolean | undefined;
  /** Work of a VM's devices slows down the calls that run in it (default), or takes no processor from them. */
  readonly interference?: boolean | undefined;
  /** Figures of the machine; the others are `defaultMachine`'s. */
  readonly machine?: Partial<MachineConfig> | undefined;
  /** What operations take, and by which level the clock goes; default: as published, typical (`pricesOf`). */
  readonly prices?: Prices | undefined;
  /** Hears of every start, call and end in all systems; containers that are left when the trace ends are not told. */
  readonly onEvent?: OnEvent | undefined;
  /** Gets a row a call that counts, in batches as the replay goes on. */
  readonly records?: RecordSink | undefined;
  /** Memory at chosen moments, as maps (SystemRun.maps); none if not said. */
  readonly maps?: MapsChoice | undefined;
  /** Called now and then: the system being played and the share of its trace that is done. */
  readonly progress?: ((system: string, share: number) => void) | undefined;
  /** Stops the replay at the next opportunity, which throws ReplayInterrupted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Memory of this thread for the tables of guests, in bytes; without it, as much as they take. Guests beyond it that are not used are
   * packed until they are: results are the same, and a run takes longer.
   */
  readonly guestBytes?: number | undefined;
  /** Keeps what the run can go on from, and has what it goes on from. */
  readonly keeper?: Keeper | undefined;
}

/** Where a run's states are. Each system is kept by itself, by its index in `systems`; bytes are writeKept's, packed where it packs. */
export interface Keeper {
  /** A state is kept each time that so many minutes of the trace have passed, and when the run is stopped. */
  readonly everyMinutes: number;
  /** Whether one is wanted when they have passed; absent: always. */
  isDue?(): boolean;
  /** undefined: the system begins. */
  kept(index: number): Uint8Array | undefined;
  /** What each piece of a state goes through before keep() has the whole; kept() gives it unpacked. */
  readonly pack?: Pack | undefined;
  keep(index: number, bytes: Uint8Array): void;
  /** A state could not be written down: the next one may. */
  missed(index: number, error: UnwritableState): void;
}

/** The replay was stopped from outside. */
export class ReplayInterrupted extends Error {
  override readonly name: string = 'ReplayInterrupted';
}

/** Arrivals between two looks at the outside world: some 100 ms of work. */
const SLICE_ARRIVALS = 8192;

/** One system on its way through the trace. */
class Play {
  private readonly _spec: SystemSpec;
  private readonly _index: number;
  private readonly _options: ReplayOptions;
  private readonly _config: SystemReplayConfig;
  private readonly _replay: SystemReplay;
  private readonly _from: Cursor;
  private _cursor: Cursor;
  private _unseen = 0;

  constructor(
    { spec, index, options }: { spec: SystemSpec; index: number; options: ReplayOptions },
    config: SystemReplayConfig,
    playing: Playing,
  ) {
    this._spec = spec;
    this._index = index;
    this._options = options;
    this._config = config;
    this._replay = playing.replay;
    this._from = playing.cursor;
    this._cursor = playing.cursor;
  }

  async run(trace: Trace): Promise<SystemRun> {
    if (this._from.arrived > 0) await this._look(trace);
    let minute = -1;
    // what was played is drawn again, not played
    for (const rows of arrivalsOf(trace)) {
      minute += 1;
      if (minute >= this._from.minute) await this._minute(trace, minute, rows);
    }
    await this._look(trace);
    return this._replay.finish();
  }

  private async _minute(trace: Trace, minute: number, rows: CallRows): Promise<void> {
    const size = rows.startMs.length;
    let from = minute === this._from.minute ? this._from.row : 0;
    while (from < size) {
      const to = Math.min(size, from + SLICE_ARRIVALS - this._unseen);
      this._replay.advance(rows, from, to);
      this._cursor = { minute, row: to, arrived: this._cursor.arrived + to - from };
      this._unseen += to - from;
      from = to;
      if (this._unseen === SLICE_ARRIVALS) await this._look(trace);
    }
    this._cursor = { ...this._cursor, minute: minute + 1, row: 0 };
    const { keeper } = this._options;
    if (keeper === undefined || (minute + 1) % keeper.everyMinutes !== 0) return;
    if (keeper.isDue?.() !== false) this._keep(keeper);
    await this._look(trace); // a keeper may hear from outside that another is due
  }

  private async _look({ invocations }: Trace): Promise<void> {
    const { progress, signal, keeper } = this._options;
    this._unseen = 0;
    progress?.(this._spec.name, this._cursor.arrived / Math.max(1, invocations));
    await breathe();
    if (signal?.aborted !== true) return;
    if (keeper !== undefined) this._keep(keeper);
    throw new ReplayInterrupted('interrupted');
  }

  private _keep(keeper: Keeper): void {
    try {
      const playing = { replay: this._replay, cursor: this._cursor };
      keeper.keep(this._index, writeKept({ playing }, this._config, keeper.pack));
    } catch (error) {
      if (!(error instanceof UnwritableState)) throw error;
      keeper.missed(this._index, error);
    }
  }
}

/** What may end a run whose state is as it was written. */
const ENDS = [GuestOutOfMemory, HostOutOfMemory, TooManyGuests, ReplayInterrupted, UnreadableState];

/** A state with a right checksum may still be none that a replay was ever in: what it ends in is said of it. */
function ofItsState(error: unknown): unknown {
  if (ENDS.some((kind) => error instanceof kind)) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const found = `one that ends in ${name}: ${message}`;
  return new UnreadableState(`state: expected one that can be played on, found ${found}`, {
    cause: error,
  });
}

/** From the begin, or from what is kept of it. */
async function replaySystem(
  what: { spec: SystemSpec; index: number; options: ReplayOptions },
  config: SystemReplayConfig,
  trace: Trace,
): Promise<SystemRun> {
  const { keeper } = what.options;
  const bytes = keeper?.kept(what.index);
  const kept = bytes && readKept(bytes, config);
  if (kept !== undefined && 'run' in kept) {
    what.options.progress?.(what.spec.name, 1);
    return kept.run;
  }
  const playing = kept?.playing ?? { replay: new SystemReplay(what.spec, config), cursor: BEGIN };
  const run = await new Play(what, config, playing).run(trace).catch((error: unknown) => {
    throw kept === undefined ? error : ofItsState(error);
  });
  keeper?.keep(what.index, writeKept({ run }, config, keeper.pack));
  return run;
}

/** Every system has the same calls, and each call is in one of the counts: those of the warm-up are in none. */
function measuredCalls([first]: readonly SystemRun[]): number {
  if (first === undefined) return 0;
  const { cold, warm, queued, refused } = first.starts;
  return cold + warm + queued + refused;
}

type Warmup = Pick<ReplayOptions, 'warmupMinutes'>;

export function warmupMsOf({ spanMs }: Trace, { warmupMinutes = 0 }: Warmup): number {
  expectNumber('warm-up', warmupMinutes, 0);
  const warmupMs = warmupMinutes * MS_PER_MINUTE;
  if (warmupMs < spanMs) return warmupMs;
  const expected = `fewer minutes than the trace has (${spanMs / MS_PER_MINUTE}), 0 or more`;
  throw new RefusedArgument('warm-up', expected, warmupMinutes);
}

/** What the reader repaired, and whose memory is not taken as the trace has it. */
export function repairsOf(
  { functions, quirks, sessions }: Trace,
  workload?: ReplayOptions['workload'],
): Repairs {
  const parameters = { ...DEFAULT_WORKLOAD, ...workload };
  const bounded = functions.filter(({ id }) => sessions?.[id] === undefined);
  const bounds = bounded.map(({ memoryMib, durations }) =>
    memoryBound({ memoryMib, averageMs: durations.averageMs }, parameters),
  );
  return {
    ...quirks,
    memoryRaised: bounds.filter((bound) => bound > 0).length,
    memoryLowered: bounds.filter((bound) => bound < 0).length,
  };
}

/** What came of the systems of a replay, one outcome each, that took so long. Throws the first's error when none has a run. */
export function runOf(
  trace: Trace,
  options: Warmup & Pick<ReplayOptions, 'seed' | 'systems' | 'workload' | 'prices'>,
  outcomes: readonly Outcome[],
  ms: number,
): ReplayRun {
  const systems: SystemRun[] = [];
  const missing: MissingSystem[] = [];
  outcomes.forEach((outcome, index) => {
    if ('run' in outcome) systems.push(outcome.run);
    else missing.push({ system: (options.systems[index] as SystemSpec).name, ...outcome });
  });
  const [first] = missing;
  if (systems.length === 0 && first !== undefined) throw first.error;
  const pageOps = systems.reduce((sum, system) => sum + system.pageOps, 0);
  const perSecond = (amount: number): number => (ms > 0 ? (amount * 1000) / ms : 0);
  const { name, functions, spanMs } = trace;
  return {
    seed: options.seed,
    trace: {
      name,
      functions: functions.length,
      functionNames: functions.map((one) => one.name),
      invocations: measuredCalls(systems),
      spanMs,
      format: trace.format,
      isDrawn: trace.calls.kind === 'counted',
      repairs: repairsOf(trace, options.workload),
    },
    priceLevel: (options.prices ?? PUBLISHED).level,
    measuredMs: spanMs - warmupMsOf(trace, options),
    systems,
    missing,
    wall: {
      ms,
      invocationsPerSecond: perSecond(trace.invocations * systems.length),
      pageOpsPerSecond: perSecond(pageOps),
    },
  };
}

/** More than any cluster that traces are of. */
export const HOSTS_MAX: number = 2 ** 16;

/** How many hosts there are, and what is done with them. */
function hostsOf(
  {
    hosts = 1,
    hostPlacement = policyOf(DEFAULT_HOST_PLACEMENT, HOST_PLACEMENTS),
    whenFull = whenFullOf(DEFAULT_WHEN_FULL),
    contention = true,
    interference = true,
  }: ReplayOptions,
  { evicts = false }: KeepAlive,
): Pick<
  SystemReplayConfig,
  'hosts' | 'hostPlacement' | 'whenFull' | 'contention' | 'interference'
> {
  expectInteger('hosts', hosts, 1, HOSTS_MAX);
  const steps = evicts && !whenFull.includes(EVICT) ? [EVICT, ...whenFull] : whenFull;
  return { hosts, hostPlacement: hostPlacement(), whenFull: steps, contention, interference };
}

/** The policy, if the systems can do what it wants and nobody else does it. Throws RefusedArgument. */
export function idleOf({
  systems,
  machine,
  idle = idlePolicyOf(DEFAULT_IDLE),
}: Pick<ReplayOptions, 'systems' | 'machine' | 'idle'>): IdlePolicy {
  const policy = expectObject('idle', idle());
  expectParkable(systems, policy);
  if (policy.ways.includes('park') && machine?.idleReclaimMs !== undefined) {
    const expected = 'parking or idle reclaim, as both take the memory of idle containers';
    throw new RefusedArgument('idle', expected, 'both');
  }
  return policy;
}

/** What a caller without types may have said: each is what it should be, or undefined. */
function expectOptions(options: ReplayOptions): void {
  expectObject('options', options);
  expectInteger('seed', options.seed, 0);
  for (const spec of expectList('systems', options.systems)) {
    expectFunction('systems: create', expectObject('systems', spec).create);
  }
  for (const name of ['machine', 'workload', 'prices', 'maps'] as const) {
    if (options[name] !== undefined) expectObject(name, options[name]);
  }
  for (const name of [
    'keepAlive',
    'idle',
    'hostPlacement',
    'profile',
    'onEvent',
    'progress',
  ] as const) {
    if (options[name] !== undefined) expectFunction(name, options[name]);
  }
  if (options.whenFull !== undefined) expectList('whenFull', options.whenFull);
  const { records, prices } = options;
  if (records !== undefined) expectFunction('records: add', expectObject('records', records).add);
  if (prices !== undefined) expectObject('prices: ns', prices.ns);
  if (options.keeper !== undefined) expectKeeper(options.keeper);
}

function expectKeeper(keeper: Keeper): void {
  // Infinity: only at the end
  expectNumber('keeper: everyMinutes', expectObject('keeper', keeper).everyMinutes, 0, Infinity);
  for (const name of ['kept', 'keep', 'missed'] as const) {
    expectFunction(`keeper: ${name}`, keeper[name]);
  }
}

/** Plays the systems asked for. One that fails is missing in what comes back, if another one does not. */
export async function replay(trace: Trace, options: ReplayOptions): Promise<ReplayRun> {
  expectOptions(options);
  const elapsedMs = startWall();
  const warmupMs = warmupMsOf(expectTrace(trace), options);
  const machine = { ...defaultMachine(), ...options.machine };
  expectHostMachine(machine);
  const profiles = profilesIn(trace, options);
  const prices = options.prices ?? PUBLISHED;
  idleOf(options);
  limitGuests(options.guestBytes ?? Infinity);
  const outcomes: Outcome[] = [];
  for (const [index, spec] of options.systems.entries()) {
    try {
      const keepAlive = options.keepAlive?.() ?? fixedKeepAlive();
      const idle = idleOf(options);
      const { onEvent, records } = options;
      const maps = options.maps && mapsOf(options.maps, trace, warmupMs);
      const onRecords = records && ((rows: RecordRows): void => records.add(spec.name, rows));
      const policies = { keepAlive, idle, ...hostsOf(options, keepAlive) };
      const shared = { trace, profiles, machine, prices, warmupMs, onEvent, onRecords };
      const config = { ...shared, ...policies, maps };
      outcomes.push({ run: await replaySystem({ spec, index, options }, config, trace) });
    } catch (error) {
      if (error instanceof ReplayInterrupted || error instanceof UnreadableState) throw error;
      outcomes.push({ error });
    }
  }
  return runOf(trace, options, outcomes, elapsedMs());
}
