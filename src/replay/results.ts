// From a replay's plain records to the record that is reported: summaries, bytes instead of frames, one level of prices.

import { FRAME_BYTES, GIB, MS_PER_S } from '../abi/unit.ts';
import { RefusedArgument, expectName } from '../check/index.ts';
import { PRICE_LEVELS } from '../cost/index.ts';
import type { FootprintBy, FunctionResult, Results, SystemResult } from '../report/index.ts';
import { CAUSES, type Cause } from '../serverless/index.ts';
import { type Summary, summarize } from './quantile.ts';
import { type PricedRun, type ReplayRun, type SystemRun, expectRun } from './run.ts';

/** A system's figures at one level of prices. */
export function levelOf(system: SystemRun, level: PricedRun['level']): PricedRun {
  const found = system.priced.find((one) => one.level === level);
  if (found === undefined) {
    throw new RefusedArgument('run', `figures of ${system.name} at ${level} prices`, undefined);
  }
  return found;
}

/** Of the slowdowns of all calls: those that were not disturbed are 1 each. */
function slowdownOf(calls: number, slowdowns: Float64Array): { mean: number; p99: number } {
  if (calls === 0) return { mean: 1, p99: 1 };
  const sum = slowdowns.reduce((total, value) => total + value, calls - slowdowns.length);
  const rank = Math.max(0, Math.ceil(0.99 * calls - 1e-9) - 1);
  const undisturbed = calls - slowdowns.length;
  const p99 = rank < undisturbed ? 1 : (slowdowns.toSorted()[rank - undisturbed] as number);
  return { mean: sum / calls, p99 };
}

/** Mean and quantiles; the mean is the steps' sum, so that both come from the same additions. */
function startupOf({ startupMs, startupStepsMs }: PricedRun): SystemResult['startupMs'] {
  const { p50, p95, p99, max }: Summary = summarize(startupMs);
  const mean = Object.values(startupStepsMs).reduce((sum, ms) => sum + ms, 0);
  return { mean, p50, p95, p99, max, steps: { ...startupStepsMs } };
}

/** Of the same starts, until the function's own runtime begins. */
function sandboxOf({ sandboxMs }: PricedRun): SystemResult['sandboxMs'] {
  const { mean, p50, p95, p99, max } = summarize(sandboxMs);
  return { mean, p50, p95, p99, max };
}

/** The record has the host's causes, all of them and no others: this does not compile otherwise. */
function footprintBy(frames: ArrayLike<number>): FootprintBy & Record<Cause, number> {
  const entries = CAUSES.map((cause, index) => [cause, (frames[index] as number) * FRAME_BYTES]);
  return Object.fromEntries(entries) as Record<Cause & keyof FootprintBy, number>;
}

/** GiB·s of frames times milliseconds. */
function gibSecondsOf(frameMs: number): number {
  return (frameMs / MS_PER_S) * (FRAME_BYTES / GIB);
}

/** A row a function that was called, or had containers, in the measured time. */
function functionsOf({ functions: rows }: SystemRun, names: readonly string[]): FunctionResult[] {
  const all = names.map((name, id): FunctionResult => {
    const of = (column: keyof typeof rows): number => rows[column][id] as number;
    const [started, ran] = [of('started'), of('ran')];
    return {
      id,
      name,
      cold: of('cold'),
      warm: of('warm'),
      queued: of('queued'),
      refused: of('refused'),
      startupMs: started === 0 ? 0 : of('startMs') / started,
      sandboxMs: started === 0 ? 0 : of('sandboxMs') / started,
      slowdown: ran === 0 ? 1 : of('slowdown') / ran,
      footprintGiBSeconds: gibSecondsOf(of('frameMs')),
      idleSeconds: of('idleMs') / MS_PER_S,
      wastedGiBSeconds: gibSecondsOf(of('wastedFrameMs')),
      parks: of('parks'),
      suspends: of('suspends'),
      resumes: of('resumes'),
      writtenBytes: of('writtenFrames') * FRAME_BYTES,
      readBytes: of('readFrames') * FRAME_BYTES,
    };
  });
  return all.filter(
    ({ cold, warm, queued, refused, footprintGiBSeconds }) =>
      cold + warm + queued + refused + footprintGiBSeconds > 0,
  );
}

/** Containers and VMs: how many, and how many of the starts went into a VM that ran. */
function populationOf({ containers, vms }: SystemRun): Pick<SystemResult, 'containers' | 'vms'> {
  const { started } = containers;
  const inRunningVm = started - vms.started;
  return {
    containers: { ...containers, runningVmShare: started === 0 ? 0 : inRunningVm / started },
    vms: { ...vms },
  };
}

function overTimeOf({ series: { tMs, counts } }: SystemRun): SystemResult['overTime'] {
  const { containers, idle, vms } = counts;
  return { tMs: [...tMs], containers: [...containers], idle: [...idle], vms: [...vms] };
}

function systemResult(
  system: SystemRun,
  { measuredMs, trace: { functionNames } }: ReplayRun,
  level: PricedRun['level'],
): SystemResult {
  const priced = levelOf(system, level);
  const by = footprintBy(system.meanFrames);
  const mean = Object.values(by).reduce((sum, bytes) => sum + bytes, 0);
  const calls = system.undisturbedCalls + priced.slowdowns.length;
  const reclaim = summarize(priced.reclaimMs);
  const { mean: waitMs, p99, max } = summarize(system.queueMs);
  return {
    name: system.name,
    starts: { ...system.starts },
    queueMs: { mean: waitMs, p99, max },
    shortage: { ...system.shortage, unserved: system.unserved },
    prewarms: { ...system.prewarms },
    idle: {
      containerSeconds: system.idle.containerMs / MS_PER_S,
      wastedGiBSeconds: gibSecondsOf(system.idle.frameMs),
    },
    rests: {
      parks: system.rests.parks,
      parkedBytes: system.rests.parkedFrames * FRAME_BYTES,
      suspends: system.rests.suspends,
      resumes: system.rests.resumes,
      writtenBytes: system.rests.writtenFrames * FRAME_BYTES,
      readBytes: system.rests.readFrames * FRAME_BYTES,
    },
    ...populationOf(system),
    startupMs: startupOf(priced),
    sandboxMs: sandboxOf(priced),
    footprintBytes: { mean, peak: Math.max(mean, system.peakFrames * FRAME_BYTES) },
    footprintGiBSeconds: (mean / GIB) * (measuredMs / MS_PER_S),
    footprintBy: by,
    overheadBytes: {
      mean: system.overhead.meanFrames * FRAME_BYTES,
      peak: Math.max(system.overhead.meanFrames, system.overhead.peakFrames) * FRAME_BYTES,
    },
    reclaim: {
      askedBytes: system.reclaim.askedFrames * FRAME_BYTES,
      gotBytes: system.reclaim.gotFrames * FRAME_BYTES,
      migratedPages: system.reclaim.migratedPages,
      meanMs: reclaim.mean,
      p99Ms: reclaim.p99,
    },
    slowdown: slowdownOf(calls, priced.slowdowns),
    cpuMs: { ...priced.cpuMs },
    pageOps: system.pageOps,
    hash: system.hash,
    overTime: overTimeOf(system),
    functions: functionsOf(system, functionNames),
  };
}

/** Why a system is missing, in one line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}

/** The record of `results.json`, at one level of prices: that of the clock unless another one is asked for. */
export function resultsOf(run: ReplayRun, level?: PricedRun['level']): Results {
  const { functionNames: _names, ...trace } = expectRun('run', run).trace;
  const at = expectName('level', level ?? run.priceLevel, PRICE_LEVELS);
  const missing = run.missing.map(({ system, error }) => ({ system, reason: reasonOf(error) }));
  return {
    schema: 1,
    seed: run.seed,
    trace,
    systems: run.systems.map((system) => systemResult(system, run, at)),
    ...(missing.length > 0 && { missing }),
    wall: { ...run.wall },
  };
}
